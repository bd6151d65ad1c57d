// Two browsers, one account: each sees the other and can end it.
import { App } from './support/pages';
import { report } from './support/figures';
import { expect, test } from './support/test';

test('"End session" ends the other browser within a second', async ({ another, page }) => {
  const [here, there] = [new App(page), new App(await (await another()).newPage())];
  await here.logIn();
  await there.logIn();

  await here.open('Devices');
  const rows = page.getByRole('button', { name: 'End session' });
  await expect(page.getByText('This device')).toHaveCount(1);
  const other = page
    .getByRole('main')
    .locator('li, tr')
    .filter({ hasNotText: 'This device' })
    .filter({ has: rows });
  await expect(other).toHaveCount(1);
  await other.getByRole('button', { name: 'End session' }).click();

  await expect(there.expired).toBeVisible();
  await expect(there.expired).toContainText('ended from another device');
  const clicked = await page.evaluate(() => window.probe.clickedAt);
  const ended = await there.page.evaluate(() => window.probe.expiredAt);
  await report('"End session" to dialog in the other browser', `${ended - clicked} ms`, '1000 ms');
  expect(ended - clicked).toBeLessThanOrEqual(1000);
  await expect(other).toHaveCount(0);
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await here.expectLive();
});

test('"End all other sessions" leaves only this one', async ({ another, page }) => {
  const here = new App(page);
  const others = [
    new App(await (await another()).newPage()),
    new App(await (await another()).newPage()),
  ];
  await here.logIn();
  for (const app of others) await app.logIn();
  await here.open('Devices');
  await page.getByRole('button', { name: 'End all other sessions' }).click();
  for (const app of others) await expect(app.expired).toBeVisible();
  await expect(page.getByRole('main').getByText('This device')).toBeVisible();
  await here.expectLive();

  await test.step('"Leave" leads to the login page, which tells the cause', async () => {
    const left = others[0]!;
    await left.expired.getByRole('button', { name: 'Leave' }).click();
    await left.expectLoginPage();
    const cause = left.page.getByRole('status').filter({ hasText: 'ended from another device' });
    await expect(cause).toBeVisible();
  });
});
