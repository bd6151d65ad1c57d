// Coming in: the wrong password, the right one, and a reload that asks for neither.
import { answered } from './support/console';
import { App, SECOND } from './support/pages';
import { expect, test } from './support/test';

test('a wrong password is told and the email stays; the right one leads to live updates', async ({
  page,
  watch,
}) => {
  watch.expect(answered(401, '/api/auth/login'));
  const app = new App(page);
  await page.goto('/');
  await app.expectLoginPage();

  await app.submitLogin(SECOND, 'not-the-password');
  await expect(page.getByRole('alert')).toContainText('Email and password do not match');
  await expect(app.email).toHaveValue(SECOND);

  await app.password.fill('password');
  await app.logInButton.click();
  await app.expectHeading('Dashboard');
  await app.expectLive();
  await app.expectMoreUpdates();
});

test('Enter in the password field logs in', async ({ page }) => {
  const app = new App(page);
  await page.goto('/');
  await app.email.fill(SECOND);
  await app.password.fill('password');
  await app.password.press('Enter');
  await app.expectHeading('Dashboard');
});

test('a reload keeps the session without asking and without flashing the login form', async ({
  context,
  page,
}) => {
  const app = new App(page);
  await app.logIn();
  const load = await app.load();

  await context.addInitScript(() => {
    const seen = { password: false };
    (window as unknown as { seen: typeof seen }).seen = seen;
    const look = () => (seen.password ||= document.querySelector('[type=password]') !== null);
    new MutationObserver(look).observe(document, { subtree: true, childList: true });
  });
  await page.reload();
  await app.expectHeading('Dashboard');
  await app.expectLive();
  await app.expectMoreUpdates();

  expect(await app.load()).not.toBe(load);
  const seen = await page.evaluate(() => (window as unknown as { seen: unknown }).seen);
  expect(seen, 'whether a password field was ever in the document').toEqual({ password: false });
});

test('the page that was asked for comes after the login', async ({ page }) => {
  const app = new App(page);
  await page.goto('/notes');
  await app.expectLoginPage();
  await app.submitLogin();
  await app.expectHeading('Notes');
  await expect(page).toHaveURL(/\/notes$/);
});

test('after the logout the back button shows nothing that is protected', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  await app.open('Notes');
  await expect(page.getByText('Release checklist')).toBeVisible();
  await app.logOutButton.click();
  await app.expectLoginPage();

  await page.goBack();
  await app.expectLoginPage();
  await expect(page.getByText('Release checklist')).toHaveCount(0);
  await expect(app.logOutButton).toHaveCount(0);
});

test('logging out ends the session on the server, too', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  await app.logOutButton.click();
  await app.expectLoginPage();
  await expect(page.getByRole('status').filter({ hasText: 'You have logged out.' })).toBeVisible();
  await page.reload();
  await app.expectLoginPage();
  const session = await page.request.get('/api/session');
  expect(await session.json()).toMatchObject({ active: false });
});
