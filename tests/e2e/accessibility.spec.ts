// For everybody: axe on every page and dialog, light and dark, wide and narrow; no pointer needed.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { NETWORK_IS_CUT } from './support/console';
import { App, PAGES, configure } from './support/pages';
import { expect, test } from './support/test';

async function expectAccessible(page: Page, state: string): Promise<void> {
  // Colours are measured when no transition is under way.
  await page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished.catch(() => {}))));
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
  expect.soft(found, `axe: ${state}`).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page, state: string): Promise<void> {
  const [wide, room] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  expect.soft(wide, `width in pixels: ${state}`).toBeLessThanOrEqual(room!);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing, ${colorScheme}, ${width} px`, async ({ another, backend }) => {
      test.setTimeout(120_000);
      const viewport = { width, height: 800 };
      const context = await another({ colorScheme, viewport, reducedMotion: 'reduce' });
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
    const page = await (await another({ viewport: { width, height: 640 } })).newPage();
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
