// `test` with what every test here needs: a backend of its own, watched consoles, the probe.
import { test as base, type BrowserContext, type BrowserContextOptions } from '@playwright/test';
import { Backend, required } from './backend';
import { ConsoleWatch } from './console';
import { installProbe } from './probe';

export { expect } from '@playwright/test';

interface Options {
  /** Flags of the backend, separated by spaces. */
  flags: string;
  /** Variable that names the folder of the bundle. */
  bundle: 'SESSION_DIST' | 'SESSION_DIST_APP';
}

interface Fixtures {
  backend: Backend;
  watch: ConsoleWatch;
  /** Makes another browser profile: own cookies, own storage. */
  another: (options?: BrowserContextOptions) => Promise<BrowserContext>;
}

export const test = base.extend<Options & Fixtures>({
  flags: ['', { option: true }],
  bundle: ['SESSION_DIST', { option: true }],

  backend: async ({ flags, bundle }, use, info) => {
    const backend = await Backend.start(flags.split(' ').filter(Boolean), required(bundle));
    await use(backend);
    await backend.dispose();
    if (info.status !== info.expectedStatus) {
      await info.attach('backend.log', { body: backend.log, contentType: 'text/plain' });
    }
  },

  watch: async ({}, use) => {
    const watch = new ConsoleWatch();
    await use(watch);
    watch.verify();
  },

  baseURL: async ({ backend }, use) => use(backend.origin),

  context: async ({ context, watch }, use) => {
    await prepare(context, watch);
    await use(context);
    watch.stop();
  },

  another: async ({ browser, baseURL, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (options) => {
      const context = await browser.newContext({ baseURL, locale: 'en-GB', ...options });
      contexts.push(context);
      await prepare(context, watch);
      return context;
    });
    for (const context of contexts) await context.close();
  },
});

async function prepare(context: BrowserContext, watch: ConsoleWatch): Promise<void> {
  await watch.watch(context);
  await installProbe(context);
}
