// For everybody: axe on every page and dialog, light and dark, wide and narrow; no pointer needed.
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible';
import { HOUR, installClocks, moveWallClock } from './support/clocks';
import { NETWORK_IS_CUT } from './support/console';
import { App, PAGES, configure } from './support/pages';
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
