// An expiry is one dialog in each of ten tabs, and then silence.
import { observeSilence } from './support/probe';
import { report } from './support/figures';
import { Sharing } from './support/sharing';
import { expect, test } from './support/test';

const TABS = 10;
const SILENCE_SECONDS = 30;

test('one dialog a tab, and no tab tries to connect', async ({ backend, context }) => {
  test.setTimeout(150_000);
  const sharing = await Sharing.open(context, backend, TABS);
  await backend.demo('expire');
  for (const app of sharing.tabs) await expect(app.expired).toBeVisible();
  for (const { page } of sharing.tabs) await expect(page.getByRole('alertdialog')).toHaveCount(1);
  await sharing.expectSockets(0);

  const opened = await backend.metric('sockets_opened_total');
  await Promise.all(sharing.tabs.map(({ page }) => observeSilence(page, SILENCE_SECONDS)));
  const attempts = (await backend.metric('sockets_opened_total')) - opened;
  await report(`attempts to connect of ${TABS} expired tabs in ${SILENCE_SECONDS} s`, `${attempts}`, '0');
  expect(attempts).toBe(0);

  await sharing.tabs[0]!.logInAgain();
  for (const app of sharing.tabs) {
    await expect(app.expired).toHaveCount(0);
    await app.expectLive();
  }
  await sharing.expectSockets(1);
});
