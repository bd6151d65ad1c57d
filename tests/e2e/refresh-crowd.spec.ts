// Many tabs that share nothing ask for a token at once, and the first answer is late.
import { answered } from './support/console';
import { App, type Badge } from './support/pages';
import { PARTS, takeAway } from './support/sharing';
import { expect, test } from './support/test';

const SOCKETS_OF_SESSION = 5;

test('ten of them come back while the first answer is late: some wait, none is logged out', async ({
  backend,
  context,
  page,
  watch,
}) => {
  test.setTimeout(120_000);
  watch.expect(answered(429, '/api/auth/refresh'));
  await takeAway(context, PARTS);
  const first = new App(page);
  await first.logIn();
  const tabs: App[] = [];
  for (let count = 0; count < 10; count += 1) tabs.push(new App(await context.newPage()));
  // Longer than it takes until all have asked, and shorter than a request may take.
  await backend.demo('slow-refresh?seconds=8');
  await Promise.all(tabs.map(({ page }) => page.goto('/')));
  const all = [first, ...tabs];
  const showing = async (text: Badge) => {
    const badges = await Promise.all(all.map(async ({ badge }) => badge.textContent()));
    return badges.filter((badge) => badge === text).length;
  };
  // A session has so many sockets; the oldest tabs gave theirs up and still work over HTTP.
  const others = all.length - SOCKETS_OF_SESSION;
  await expect.poll(async () => showing('Degraded'), { timeout: 40_000 }).toBe(others);
  await expect.poll(async () => showing('Live'), { timeout: 40_000 }).toBe(SOCKETS_OF_SESSION);
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
