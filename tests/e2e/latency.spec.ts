// How long a person sees stale data after the server said that the session is over.
import { App } from './support/pages';
import { median, report } from './support/figures';
import { expect, test } from './support/test';

const SAMPLES = 20;

test('the dialog is in the document right after the message', async ({ backend, page }) => {
  test.setTimeout(120_000);
  const app = new App(page);
  await app.logIn();
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    await backend.demo('expire');
    await expect(app.expired).toBeVisible();
    await app.logInAgain();
    await expect(app.expired).toHaveCount(0);
    await app.expectLive();
  }
  const times = await page.evaluate(() => window.probe.expiries);
  expect(times).toHaveLength(SAMPLES);
  const shown = (time: number) => `${time.toFixed(1)} ms`;
  await report('expiry message to dialog, median of 20', shown(median(times)), '2 ms');
  await report('expiry message to dialog, slowest of 20', shown(Math.max(...times)), '');
  expect(median(times)).toBeLessThanOrEqual(20);
});
