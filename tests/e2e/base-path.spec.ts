// The same sources under another path: `trunk build --release --public-url /app/`.
import { App, PAGES } from './support/pages';
import { expect, test } from './support/test';

test.use({ bundle: 'SESSION_DIST_APP', flags: '--base-path /app/' });

test('the app works under a path of its own', async ({ page }) => {
  const app = new App(page);
  await page.goto('/app/notes');
  await app.expectLoginPage();
  await app.submitLogin();
  await app.expectHeading('Notes');
  await expect(page).toHaveURL(/\/app\/notes$/);

  for (const name of PAGES) {
    await app.open(name);
    expect(new URL(page.url()).pathname).toMatch(/^\/app\//);
  }
  await app.open('Dashboard');
  await app.expectLive();
  await app.expectMoreUpdates();
  await page.reload();
  await app.expectLive();
});

test('an expiry under the path comes back in place', async ({ backend, page }) => {
  const app = new App(page);
  await app.logIn('/app/settings');
  await backend.demo('expire');
  await app.logInAgain();
  await app.expectHeading('Settings');
  expect(new URL(page.url()).pathname).toBe('/app/settings');
});
