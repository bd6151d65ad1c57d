// Refreshes that fail: for a while, for good, and very slowly.
import { answered } from './support/console';
import { App } from './support/pages';
import { expect, test } from './support/test';

test.use({ flags: '--access-token-lifetime 5s' });

const refreshed = (status: number) => (answer: { url(): string; status(): number }) =>
  answer.url().endsWith('/api/auth/refresh') && answer.status() === status;

test('three times 503, then it works: nobody is logged out', async ({ backend, page, watch }) => {
  watch.expect(answered(503, '/api/auth/refresh'));
  const app = new App(page);
  await app.logIn();
  let failures = 0;
  page.on('response', (answer) => (failures += Number(refreshed(503)(answer))));
  await backend.demo('fail-refresh?status=503&times=3');
  await page.waitForResponse(refreshed(200), { timeout: 30_000 });
  expect(failures).toBe(3);
  await app.expectLive();
  await app.expectMoreUpdates();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
  await expect(app.logOutButton).toBeVisible();
});

test('401 session_revoked: the dialog tells that cause', async ({ backend, page, watch }) => {
  watch.expect(answered(401, '/api/auth/refresh'));
  const app = new App(page);
  await app.logIn();
  await backend.demo('fail-refresh?status=401&times=1&code=session_revoked');
  await expect(app.expired).toBeVisible();
  await expect(app.expired).toContainText(
    'The session was ended from another device or by an administrator.',
  );
  await app.logInAgain();
  await app.expectLive();
});

test('a refresh that outlasts the token leaves the page as it is', async ({ backend, page, watch }) => {
  watch.expect(answered(401));
  const app = new App(page);
  await app.logIn();
  await backend.demo('slow-refresh?seconds=6');
  await page.waitForResponse(refreshed(200), { timeout: 30_000 });
  await app.expectLive();
  await app.expectMoreUpdates();
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
});
