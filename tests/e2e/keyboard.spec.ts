// Without a pointer: everything that can be done can be done with keys.
import { expect as verify, type Locator, type Page } from '@playwright/test';
import { App, PASSWORD, SECOND } from './support/pages';
import { expect, test } from './support/test';

const MOST_STOPS = 60;

/** Presses Tab until this element has the focus, which then has to be visible. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  await verify(target).toBeVisible();
  const reached = () => target.evaluate((element) => element === document.activeElement);
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    if (await reached()) break;
    await page.keyboard.press(key);
  }
  await verify(target).toBeFocused();
  const shown = await target.evaluate((element) => {
    // A radio button that is drawn by its label shows the focus there.
    const drawn = [element, element.nextElementSibling, element.parentElement];
    return drawn.filter((it) => it !== null).some((it) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(it);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none';
    });
  });
  verify(shown, `whether one sees that ${target} has the focus`).toBe(true);
}

test('login, notes, settings and logout by keyboard alone', async ({ page }) => {
  const app = new App(page);
  const { keyboard } = page;
  await page.goto('/');
  await app.expectLoginPage();

  await tabTo(page, app.email);
  await keyboard.type(SECOND);
  await tabTo(page, app.password);
  await keyboard.type(PASSWORD);
  await tabTo(page, page.getByRole('checkbox', { name: 'Remember me' }));
  await keyboard.press('Space');
  await expect(page.getByRole('checkbox', { name: 'Remember me' })).toBeChecked();
  await tabTo(page, app.logInButton);
  await keyboard.press('Enter');
  await app.expectLive();

  await test.step('create, change and delete a note', async () => {
    await tabTo(page, page.getByRole('link', { name: 'Notes', exact: true }));
    await keyboard.press('Enter');
    await app.expectHeading('Notes');
    await tabTo(page, app.newNote);
    await keyboard.press('Enter');
    await expect(app.noteTitle).toHaveValue('Untitled note');
    await tabTo(page, app.noteTitle);
    await keyboard.type('By hand');
    await tabTo(page, app.noteText);
    await keyboard.type('without a mouse');
    await tabTo(page, app.saveButton);
    await keyboard.press('Enter');
    await app.expectSaved();
    await tabTo(page, app.noteText, 'Shift+Tab');
    await keyboard.press('End');
    await keyboard.type(', twice');
    await keyboard.press('Control+s');
    await app.expectSaved();
    await page.reload();
    await expect(app.noteText).toHaveValue('without a mouse, twice');

    await tabTo(page, page.getByRole('link', { name: 'Notes', exact: true }));
    await keyboard.press('Enter');
    const row = app.noteRow('By hand');
    await tabTo(page, row.getByRole('button', { name: 'Delete' }));
    await keyboard.press('Enter');
    await expect(row).toContainText('Delete for good?');
    await tabTo(page, row.getByRole('button', { name: 'Delete' }));
    await keyboard.press('Enter');
    await expect(row).toHaveCount(0);
  });

  await test.step('choose a theme', async () => {
    await tabTo(page, page.getByRole('link', { name: 'Settings', exact: true }));
    await keyboard.press('Enter');
    await app.expectHeading('Settings');
    await tabTo(page, page.getByRole('radio', { name: 'System' }));
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowRight');
    await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  });

  await tabTo(page, app.logOutButton);
  await keyboard.press('Enter');
  await app.expectLoginPage();
});

test('both dialogs by keyboard alone', async ({ backend, page }) => {
  const app = new App(page);
  await app.logIn();
  // The browser shows the focus to those who used a key last.
  await page.keyboard.press('Shift');
  // The key is activity, and activity that came after the warning would end it.
  await app.expectMoreUpdates(1);
  await backend.demo('warn?seconds=90');
  await tabTo(page, app.warning.getByRole('button', { name: 'Stay signed in' }));
  await page.keyboard.press('Enter');
  await expect(app.warning).toHaveCount(0);

  await backend.demo('expire');
  await expect(app.expired.getByLabel('Password', { exact: true })).toBeFocused();
  await page.keyboard.type(PASSWORD);
  await tabTo(page, app.expired.getByRole('button', { name: 'Log in again' }));
  await page.keyboard.press('Enter');
  await expect(app.expired).toHaveCount(0);
  await app.expectLive();
});

test('every page is reached by its link, Enter and nothing else', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  for (const name of ['Notes', 'Devices', 'Inspector', 'Settings', 'Dashboard']) {
    await tabTo(page, page.getByRole('link', { name, exact: true }));
    await page.keyboard.press('Enter');
    await app.expectHeading(name);
  }
});

test('at 200 % zoom nothing that has the focus is under a bar', async ({ another }) => {
  const page = await (await another({ viewport: { width: 640, height: 360 } })).newPage();
  const app = new App(page);
  await app.logIn();
  for (const name of ['Notes', 'Devices', 'Settings'] as const) {
    await app.open(name);
    await expect(page.getByRole('main').getByRole('button').last()).toBeVisible();
    for (const key of ['Tab', 'Shift+Tab']) {
      for (let stops = 0; stops < MOST_STOPS; stops += 1) {
        await page.keyboard.press(key);
        const covered = await page.evaluate(() => {
          const focused = document.activeElement!;
          if (!focused.closest('main')) return null;
          const { x, y, width, height } = focused.getBoundingClientRect();
          // A text area may be higher than the page; what is small has to be seen whole.
          if (height > 100) return null;
          const found = [y + 1, y + height - 1].map((y) => document.elementFromPoint(x + width / 2, y));
          return found.some((it) => it?.closest('nav, header')) ? focused.outerHTML : null;
        });
        verify(covered, `what has the focus and is covered on ${name}`).toBeNull();
        if (await page.evaluate(() => document.activeElement === document.body)) break;
      }
    }
  }
});

test('Escape stays signed in, also when no element has the focus', async ({ backend, page }) => {
  const app = new App(page);
  await app.logIn();
  await app.expectMoreUpdates(1);
  await backend.demo('warn?seconds=90');
  await expect(app.warning.getByRole('button', { name: 'Stay signed in' })).toBeFocused();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('Escape');
  await expect(app.warning).toHaveCount(0);
  await app.expectLive();
});
