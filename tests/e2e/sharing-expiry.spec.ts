// An expiry is one dialog in each of ten tabs, and then silence.
import { observeSilence } from './support/probe';
import { report } from './support/figures';
import { Sharing } from './support/sharing';
import { expect, test } from './support/test';

const TABS = 10;
const SILENCE_SECONDS = 30;

declare global {
  interface Window {
    /** Every dialog that was ever in the document. */
    dialogs: Set<Element>;
  }
}

test('one dialog a tab, and no tab tries to connect', async ({ backend, context }) => {
  test.setTimeout(150_000);
  await context.addInitScript(() => {
    window.dialogs = new Set();
    new MutationObserver(() => {
      for (const dialog of document.querySelectorAll('dialog')) window.dialogs.add(dialog);
    }).observe(document, { subtree: true, childList: true });
  });
  const sharing = await Sharing.open(context, backend, TABS);
  // From before the end on, so that an attempt right after it counts.
  const attempts = async () => {
    const ofPages = sharing.tabs.map(({ page }) => page.evaluate(() => window.probe.sockets));
    const constructed = (await Promise.all(ofPages)).reduce((sum, count) => sum + count, 0);
    return { constructed, opened: await backend.metric('sockets_opened_total') };
  };
  const before = await attempts();

  await backend.demo('expire');
  for (const app of sharing.tabs) await expect(app.expired).toBeVisible();
  await sharing.expectSockets(0);
  await Promise.all(sharing.tabs.map(({ page }) => observeSilence(page, SILENCE_SECONDS)));

  const after = await attempts();
  const made = after.constructed - before.constructed;
  await report(`attempts to connect of ${TABS} expired tabs in ${SILENCE_SECONDS} s`, `${made}`, '0');
  expect(after).toEqual(before);
  for (const { page } of sharing.tabs) {
    expect(await page.evaluate(() => window.dialogs.size), 'dialogs that were ever there').toBe(1);
  }

  await sharing.tabs[0]!.logInAgain();
  for (const app of sharing.tabs) {
    await expect(app.expired).toHaveCount(0);
    await app.expectLive();
  }
  await sharing.expectSockets(1);
});
