// For everybody: axe on every page and dialog, light and dark, wide and narrow; no pointer needed.
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible';
import { HOUR, installClocks, moveWallClock } from './support/clocks';
import { NETWORK_IS_CUT } from './support/console';
import { App, PAGES, USER, configure } from './support/pages';
import { expect, test } from './support/test';
import { HeldQuestions } from './support/wire';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing, ${colorScheme}, ${width} px`, async ({ another, backend }) => {
      test.setTimeout(120_000);
      const viewport = { width, height: 800 };
      const context = await another({ colorScheme, viewport, reducedMotion: 'reduce' });
      await installClocks(context);
      const page = await context.newPage();
      const app = new App(page);

      await page.goto('/');
      await app.expectLoginPage();
      await expectAccessible(page, 'login');
      await app.submitLogin();
      await app.expectLive();
      await app.expectMoreUpdates(1);
      for (const name of PAGES) {
        await app.open(name);
        await expectAccessible(page, name);
      }
      await app.openNote();
      await expectAccessible(page, 'a note');
      const held = await HeldQuestions.on(page);
      await moveWallClock(page, 8 * HOUR);
      await expect(app.cover).toBeVisible();
      await expectAccessible(page, 'covered');
      held.release();
      await expect(app.cover).toHaveCount(0);
      await page.goto('/no/such/page');
      await expect(page.getByRole('heading', { level: 1 })).toContainText(/not found/i);
      await expectAccessible(page, 'not found');

      await page.goto('/');
      await app.expectLive();
      await backend.demo('warn?seconds=90');
      await expect(app.warning).toBeVisible();
      await expectAccessible(page, 'warning dialog');
      await backend.demo('expire');
      await expect(app.expired).toBeVisible();
      await expectAccessible(page, 'expired dialog');
      await app.expired.getByRole('button', { name: 'Leave' }).click();
      await app.expectLoginPage();
      await expectAccessible(page, 'login with a reason');

      await configure(page, { sokcet: {} });
      await page.goto('/');
      await expect(page.getByRole('alert')).toContainText('sokcet');
      await expectAccessible(page, 'a configuration with a mistake');
    });
  }
}

for (const width of [320, 360]) {
  test(`nothing scrolls sideways at ${width} px`, async ({ another, backend, watch }) => {
    watch.expect(...NETWORK_IS_CUT);
    const context = await another({ viewport: { width, height: 640 } });
    await installClocks(context);
    const page = await context.newPage();
    const app = new App(page);
    await page.goto('/');
    await app.expectLoginPage();
    await expectNoSidewaysScroll(page, 'login');
    await app.submitLogin();
    await app.expectLive();
    await app.expectMoreUpdates(1);
    for (const name of PAGES) {
      await app.open(name);
      await expectNoSidewaysScroll(page, name);
    }
    await app.openNote();
    await expectNoSidewaysScroll(page, 'a note');
    const held = await HeldQuestions.on(page);
    await moveWallClock(page, 8 * HOUR);
    await expect(app.cover).toBeVisible();
    await expectNoSidewaysScroll(page, 'covered');
    held.release();
    await expect(app.cover).toHaveCount(0);
    await app.open('Dashboard');
    await backend.kill();
    await app.expectBadge('Reconnecting');
    await expectNoSidewaysScroll(page, 'reconnecting');
    await backend.restart();
    await app.expectLive();
    await backend.demo('warn?seconds=90');
    await expect(app.warning).toBeVisible();
    await expectNoSidewaysScroll(page, 'warning dialog');
    await backend.demo('expire');
    await expect(app.expired).toBeVisible();
    await expectNoSidewaysScroll(page, 'expired dialog');
  });
}

test('a long address scrolls nothing sideways at 320 px', async ({ another, backend }) => {
  const long = `${'very'.repeat(15)}.long.name@subdomain.of.some.example.com`;
  const context = await another({ viewport: { width: 320, height: 640 } });
  await context.route('**/api/**', async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    await route.fulfill({ response, body: body.replaceAll(USER, long) });
  });
  await context.routeWebSocket('**/ws', (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(message.toString().replaceAll(USER, long)));
  });
  const page = await context.newPage();
  const app = new App(page);
  await app.logIn('/settings');
  await expect(page.getByText(long)).toBeVisible();
  await expectNoSidewaysScroll(page, 'settings');
  await backend.demo('expire');
  await expect(app.expired.getByText(long)).toBeVisible();
  await expectNoSidewaysScroll(page, 'expired dialog');
  const [wide, room] = await app.expired.evaluate((it) => [it.scrollWidth, it.clientWidth]);
  expect(wide, 'width of the dialog').toBeLessThanOrEqual(room!);
  await expect(app.expired.getByRole('button', { name: 'Log in again' })).toBeInViewport({ ratio: 1 });
  await expect(app.expired.getByRole('button', { name: 'Leave' })).toBeInViewport({ ratio: 1 });
});

test('in forced colours lines and the active page can be told apart', async ({ another }) => {
  const page = await (await another({ forcedColors: 'active' })).newPage();
  const app = new App(page);
  await app.logIn();
  const marks = await page
    .locator('.key')
    .evaluateAll((keys) => keys.map((key) => getComputedStyle(key, '::before').backgroundColor));
  const surface = await page
    .locator('article')
    .first()
    .evaluate((tile) => getComputedStyle(tile).backgroundColor);
  expect(new Set([...marks, surface]).size, `${marks} on ${surface}`).toBe(3);
  const line = (name: string) =>
    page
      .getByRole('link', { name, exact: true })
      .evaluate((link) => getComputedStyle(link).textDecorationLine);
  expect([await line('Dashboard'), await line('Notes')]).toEqual(['underline', 'none']);
});

test('without scripts the page says what it needs, and nothing else', async ({ another, watch }) => {
  watch.expect(/preloaded using link preload but not used/);
  const page = await (await another({ javaScriptEnabled: false })).newPage();
  await page.goto('/');
  const main = page.getByRole('main');
  const sentence = main.locator('noscript p');
  await expect(sentence).toBeInViewport({ ratio: 1 });
  await expect(sentence).toContainText('needs JavaScript and WebAssembly');
  await expect(main.locator('.skeleton')).toBeHidden();
});
