// The password: asked for once more before other sessions end, and changed.
import { answered } from './support/console';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible';
import { App, PASSWORD, USER } from './support/pages';
import { expect, test } from './support/test';

const NEW_PASSWORD = 'correct horse battery';

test.describe('when the password was entered too long ago', () => {
  test.use({ flags: '--step-up-within 1ms --allow-short-limits' });

  test('a wrong password ends nothing, a cancelled question neither', async ({
    another,
    page,
    watch,
  }) => {
    watch.expect(answered(403, '/api/'));
    const [here, there] = [new App(page), new App(await (await another()).newPage())];
    await here.logIn();
    await there.logIn();
    await here.open('Devices');
    const endSession = page.getByRole('button', { name: 'End session' });
    const question = page.getByRole('alertdialog', { name: 'Confirm that it is you' });
    const password = question.getByLabel('Password', { exact: true });

    await endSession.click();
    await expect(question).toContainText('needed to end other sessions');
    await expect(password).toBeFocused();
    await expectAccessible(page, 'the question for the password');
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSidewaysScroll(page, 'the question for the password');
    await password.fill('wrong');
    await password.press('Enter');
    await expect(question.getByRole('alert')).toContainText('This password is wrong');
    await expect(password).toHaveValue('wrong');

    await page.keyboard.press('Escape');
    await expect(question).toHaveCount(0);
    await expect(endSession).toBeFocused();
    await endSession.click();
    await expect(password).toHaveValue('');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toHaveCount(0);
    await there.expectLive();
    await expect(endSession).toHaveCount(1);
  });
});

test.describe('when the password was entered some seconds ago', () => {
  test.use({ flags: '--step-up-within 3s --allow-short-limits' });

  for (const button of ['End session', 'End all other sessions']) {
    test(`"${button}" asks for the password and then does what was asked`, async ({
      another,
      page,
      watch,
    }) => {
      watch.expect(answered(403, '/api/sessions'));
      const [here, there] = [new App(page), new App(await (await another()).newPage())];
      await there.logIn();
      await here.logIn();
      await page.waitForTimeout(3_000);
      await here.open('Devices');
      await page.getByRole('button', { name: button, exact: true }).click();
      const question = page.getByRole('alertdialog', { name: 'Confirm that it is you' });
      await question.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await there.expectLive();
      await question.getByRole('button', { name: 'Confirm' }).click();
      await expect(there.expired).toBeVisible();
      await expect(question).toHaveCount(0);
      await expect(page.getByRole('button', { name: 'End session' })).toHaveCount(0);
      await here.expectLive();
    });
  }
});

test('a new password ends the other sessions, and the old one opens nothing any more', async ({
  another,
  page,
  watch,
}) => {
  watch.expect(answered(403, '/api/account/password'), answered(401, '/api/auth/login'));
  const [here, there] = [new App(page), new App(await (await another()).newPage())];
  await here.logIn();
  await there.logIn();
  await here.open('Settings');
  const current = page.getByLabel('Current password');
  const fresh = page.getByLabel('New password, at least 8 characters');
  const others = page.getByRole('checkbox', { name: 'End all other sessions' });
  const change = page.getByRole('button', { name: 'Change password' });
  await expect(others).toBeChecked();

  await test.step('what was typed stays until it has succeeded', async () => {
    await current.fill('wrong');
    await fresh.fill(NEW_PASSWORD);
    await change.click();
    await expect(page.getByRole('alert')).toContainText('This password is wrong');
    await expect(current).toHaveValue('wrong');
    await expect(fresh).toHaveValue(NEW_PASSWORD);
    await expect(others).toBeChecked();
  });

  await current.fill(PASSWORD);
  await change.click();
  await expect(page.getByText('Password changed')).toBeVisible();
  await expect(fresh).toHaveValue('');
  await expect(there.expired).toBeVisible();
  await expect(there.expired).toContainText('ended from another device');
  await here.expectLive();

  await there.logInAgain();
  await expect(there.expired.getByRole('alert')).toContainText('do not match');
  await there.logInAgain(NEW_PASSWORD);
  await there.expectLive();
});

test('a new password can spare the other sessions', async ({ another, page }) => {
  const [here, there] = [new App(page), new App(await (await another()).newPage())];
  await here.logIn();
  await there.logIn();
  await here.open('Settings');
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByLabel('New password, at least 8 characters').fill(NEW_PASSWORD);
  await page.getByRole('checkbox', { name: 'End all other sessions' }).uncheck();
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText('Password changed')).toBeVisible();
  await here.open('Devices');
  await expect(page.getByRole('button', { name: 'End session' })).toHaveCount(1);
  await there.expectMoreUpdates();
  await here.logOutButton.click();
  await here.submitLogin(USER, NEW_PASSWORD);
  await here.expectLive();
});
