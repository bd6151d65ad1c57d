// A logout that the server cannot hear: the page is empty at once, and the server is told before
// anything else as soon as it can be.
import { NETWORK_IS_CUT, answered } from './support/console';
import { App } from './support/pages';
import { expect, test } from './support/test';
import { installVisibility, setVisible } from './support/visibility';
import { callsOf } from './support/wire';

const LOGOUT = 'POST /api/auth/logout';
const PRESENCE = 'leptos-session.default.presence';

test('without a network: anonymous at once, told when it is back', async ({
  backend,
  context,
  page,
  watch,
}) => {
  watch.expect(...NETWORK_IS_CUT);
  const app = new App(page);
  await app.logIn('/notes');
  const [cookie] = await context.cookies();
  const presence = () => page.evaluate((key) => localStorage.getItem(key), PRESENCE);
  await context.setOffline(true);
  await app.expectBadge('Offline');
  const calls = callsOf(page);

  await app.logOutButton.click();
  await app.expectLoginPage();
  expect(await presence()).toMatch(/^logout-pending ./);
  expect(calls, 'calls without a network').toEqual([]);
  expect(await backend.refresh(cookie!), 'the server cannot know yet').toBe(200);

  const told = page.waitForResponse('**/api/auth/logout');
  await context.setOffline(false);
  expect((await told).status()).toBe(204);
  await expect.poll(presence).toMatch(/^logged-out /);
  expect(calls).toEqual([LOGOUT]);
  await backend.expectDead(cookie!);
  await app.expectLoginPage();
});

test('without a server: a reload tells it first and restores nothing', async ({
  backend,
  context,
  page,
  watch,
}) => {
  watch.expect(/Failed to load resource: net::ERR_FAILED/, answered(503));
  const app = new App(page);
  await app.logIn('/notes');
  const [cookie] = await context.cookies();
  const presence = () => page.evaluate((key) => localStorage.getItem(key), PRESENCE);
  const calls = callsOf(page);
  // The pages come, as from a cache; the API does not.
  await page.route('**/api/auth/**', (route) => route.abort());
  calls.length = 0;

  await app.logOutButton.click();
  await app.expectLoginPage();
  await expect.poll(() => calls.length).toBeGreaterThan(0);
  await page.reload();
  await app.expectLoginPage();
  await expect.poll(() => calls.length).toBeGreaterThan(1);
  expect(await presence()).toMatch(/^logout-pending ./);

  await test.step('the server comes back, with trouble at first', async () => {
    let troubles = 2;
    await page.unroute('**/api/auth/**');
    await page.route('**/api/auth/**', (route) => {
      troubles -= 1;
      return troubles < 0 ? route.continue() : route.fulfill({ status: 503 });
    });
    await page.reload();
    await app.expectLoginPage();
    await expect.poll(presence, { timeout: 30_000 }).toMatch(/^logged-out /);
    expect(new Set(calls), 'nothing but logouts').toEqual(new Set([LOGOUT]));
    await backend.expectDead(cookie!);
  });

  await test.step('later visits ask for nothing, until somebody logs in', async () => {
    calls.length = 0;
    await page.reload();
    await app.expectLoginPage();
    expect(calls).toEqual([]);
    await app.submitLogin();
    await app.expectLive();
  });
});

test('without a server: whoever logs in next is not logged out by it', async ({ page, watch }) => {
  watch.expect(answered(503));
  const app = new App(page);
  await app.logIn('/notes');
  await page.route('**/api/auth/logout', (route) => route.fulfill({ status: 503 }));
  await app.logOutButton.click();
  await app.expectLoginPage();
  await app.submitLogin();
  await app.expectLive();
  await page.unroute('**/api/auth/logout');
  await page.reload();
  await app.expectLive();
});

test('a logout whose tab was closed before the server heard of it is delivered by the next', async ({
  backend,
  context,
  page,
  watch,
}) => {
  watch.expect(/Failed to load resource: net::ERR_FAILED/);
  await installVisibility(context);
  const [app, other] = [new App(page), new App(await context.newPage())];
  await app.logIn();
  await other.page.goto('/notes');
  await other.expectLive();
  const [cookie] = await context.cookies();
  await setVisible(other.page, false);

  const calls = callsOf(other.page);
  await page.route('**/api/auth/logout', (route) => route.abort());
  await page.bringToFront();
  await app.logOutButton.click();
  await app.expectLoginPage();
  await other.expectLoginPage();
  await page.close();
  expect(await backend.extend(cookie!), 'the server does not know yet').toBe(200);
  expect(calls).toEqual([]);

  await setVisible(other.page, true);
  await backend.expectDead(cookie!);
  expect(calls).toEqual(['POST /api/auth/logout']);
  await other.submitLogin();
  await other.expectLive();
});
