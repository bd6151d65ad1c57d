// A crash of the app: a way out instead of a dead page, and no draft lost.
import { App } from './support/pages';
import { crash } from './support/processes';
import { takeAway } from './support/sharing';
import { expect, test } from './support/test';

test('a trap shows the recovery view, and the draft is there after the reload', async ({
  page,
  watch,
}) => {
  watch.expect(/unreachable/);
  const app = new App(page);
  await app.logIn('/notes');
  await app.newNote.click();
  await app.noteText.fill('typed before the crash');
  await app.expectDraftKept();

  // A module whose start function is `unreachable`: what a panic of the app comes to.
  await page.evaluate(() => {
    const bytes = [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 11,
    ];
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    setTimeout(() => new WebAssembly.Instance(module), 0);
  });

  await expect(page.getByRole('heading', { name: 'Something went wrong' })).toBeVisible();
  await page.getByRole('link', { name: 'Reload' }).click();
  await expect(app.noteText).toHaveValue('typed before the crash');
});

test('a tab that the browser discarded comes back with its page and its draft', async ({ context, page }) => {
  const app = new App(page);
  await app.logIn('/notes');
  await app.openNote();
  await app.noteText.fill('typed before the tab was discarded');
  await app.expectDraftKept();
  const url = page.url();

  // The process of a discarded tab is gone without a word; its address and the storage stay.
  await crash(page);
  await page.close();
  const again = new App(await context.newPage());
  await again.page.goto(url);

  await expect(again.noteText).toHaveValue('typed before the tab was discarded');
  await again.expectDraftKept();
  await again.expectLive();
});

test.describe('a browser that keeps nothing', () => {
  test.beforeEach(({ context }) => takeAway(context, ['localStorage']));

  test('an expiry costs no text, and the browser asks before it would be lost', async ({ backend, page }) => {
    const app = new App(page);
    await app.logIn();
    await app.openNote();
    const asks = () =>
      page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })));
    expect(await asks()).toBe(false);
    await app.noteText.fill('kept by nobody but the page');
    await expect(page.getByText('This browser keeps no drafts')).toBeVisible();
    expect(await asks()).toBe(true);

    await app.open('Dashboard');
    await page.goBack();
    await expect(app.noteText).toHaveValue('kept by nobody but the page');
    await backend.demo('expire');
    await expect(app.expired).toBeVisible();
    await app.logInAgain();
    await expect(app.noteText).toHaveValue('kept by nobody but the page');

    await app.save();
    expect(await asks()).toBe(false);
  });
});
