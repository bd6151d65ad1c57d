// Refreshes that fail: for a while, for good, and very slowly.
import { answered } from './support/console';
import { App, type Badge } from './support/pages';
import { PARTS, takeAway } from './support/sharing';
import { expect, test } from './support/test';

test.use({ flags: '--access-token-lifetime 5s' });

const SOCKETS_OF_SESSION = 5;

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

test.describe('tabs that share nothing', () => {
  test.use({ flags: '' });

  test('ten of them come back while the first answer is late: some wait, none is logged out', async ({
    backend,
    context,
    page,
    watch,
  }) => {
    watch.expect(answered(429, '/api/auth/refresh'));
    await takeAway(context, PARTS);
    const first = new App(page);
    await first.logIn();
    await backend.demo('slow-refresh?seconds=7');
    const tabs: App[] = [];
    for (let count = 0; count < 10; count += 1) tabs.push(new App(await context.newPage()));
    await Promise.all(tabs.map(({ page }) => page.goto('/')));
    const all = [first, ...tabs];
    const showing = async (text: Badge) => {
      const badges = await Promise.all(all.map(async ({ badge }) => badge.textContent()));
      return badges.filter((badge) => badge === text).length;
    };
    // A session has so many sockets; the oldest tabs gave theirs up and still work over HTTP.
    const others = all.length - SOCKETS_OF_SESSION;
    await expect.poll(async () => showing('Degraded'), { timeout: 20_000 }).toBe(others);
    await expect.poll(async () => showing('Live')).toBe(SOCKETS_OF_SESSION);
    for (const tab of all) {
      if ((await tab.badge.textContent()) === 'Live') await tab.expectMoreUpdates(1);
      await expect(tab.page.getByRole('alertdialog')).toHaveCount(0);
      await expect(tab.email).toHaveCount(0);
    }
    expect(await backend.metric('rotations_total')).toBe(1);
    expect(await backend.metric('security_events_total{label="predecessor_tolerated"}')).toBe(5);
    expect(await backend.metric('security_events_total{label="predecessor_put_off"}')).toBeGreaterThan(0);
    expect(await backend.metric('sessions_ended_total')).toBe(0);
  });
});
