// Four tabs of one browser: one logout ends all, one login revives all.
import type { Page } from '@playwright/test';
import { App } from './support/pages';
import { expect, test } from './support/test';

test('a logout ends three other tabs, a login revives them', async ({ context, page }) => {
  const tabs = [page, await context.newPage(), await context.newPage(), await context.newPage()];
  const apps = tabs.map((tab: Page) => new App(tab));
  const [first, ...others] = apps as [App, ...App[]];
  await first.logIn();
  const paths = ['/', '/notes', '/settings'];
  for (const [index, app] of others.entries()) {
    await app.page.goto(paths[index]!);
    await app.expectLive();
  }

  await page.bringToFront();
  await first.logOutButton.click();
  for (const app of apps) await app.expectLoginPage();
  for (const app of others) {
    await expect(app.page.getByRole('status').filter({ hasText: 'logged out' })).toBeVisible();
  }

  await first.submitLogin();
  for (const app of apps) await app.expectLive();
  for (const app of apps) await expect(app.logInButton).toHaveCount(0);
  await others[0]!.expectHeading('Dashboard');
  await others[0]!.expectMoreUpdates();
  await others[1]!.expectHeading('Notes');
});

test('an expiry shows its dialog in every tab, logging in again in one closes all', async ({
  backend,
  context,
  page,
}) => {
  const apps = [new App(page), new App(await context.newPage()), new App(await context.newPage())];
  const [first, ...others] = apps as [App, ...App[]];
  await first.logIn();
  for (const app of others) {
    await app.page.goto('/notes');
    await app.expectLive();
  }
  await page.bringToFront();
  await backend.demo('expire');
  for (const app of apps) await expect(app.expired).toBeVisible();
  await first.logInAgain();
  for (const app of apps) {
    await expect(app.expired).toHaveCount(0);
    await app.expectLive();
  }
});
