// `cargo xtask test e2e` runs this with the programs it built. By hand:
//   SESSION_BACKEND_BIN=target/debug/session-backend SESSION_DIST=dist npx playwright test -c tests/e2e
import { defineConfig } from '@playwright/test';

// What watches a limit pass goes first, so that it runs beside the many short tests.
const SLOW = /(tokens|idle|outage|accessibility|sharing-(expiry|freeze))\.spec\.ts/;
// What measures milliseconds, or has many tabs at work in a few seconds, goes last, one after the other,
// and has the machine for itself (`--no-deps` to run it only).
const ALONE = /(latency|refresh-crowd|sharing-(handover|crash|logout|visibility|warning))\.spec\.ts/;

export default defineConfig({
  testDir: '.',
  outputDir: 'results',
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: 'list',
  globalTeardown: './support/print-figures.ts',
  projects: [
    { name: 'slow', testMatch: SLOW },
    { name: 'quick', testIgnore: [SLOW, ALONE] },
    { name: 'alone', testMatch: ALONE, workers: 1, dependencies: ['slow', 'quick'] },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: {
      chromiumSandbox: false,
      executablePath: process.env.CHROME || '/usr/bin/chromium',
      args: [
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
    locale: 'en-GB',
    screenshot: 'only-on-failure',
  },
});
