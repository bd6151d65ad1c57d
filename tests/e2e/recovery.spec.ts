// A crash of the app: a way out instead of a dead page, and no draft lost.
import { App } from './support/pages';
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
