// The pages themselves: notes that last, addresses, preferences, and a configuration with a mistake.
import { App, PAGES, configure } from './support/pages';
import { answered } from './support/console';
import { expect, test } from './support/test';

test('a note is created, changed, kept over a reload and deleted', async ({ page }) => {
  const app = new App(page);
  await app.logIn('/notes');
  await app.newNote.click();
  await expect(app.noteTitle).toHaveValue('Untitled note');
  await app.noteTitle.fill('Shopping');
  await app.noteText.fill('bread');
  await app.expectDraftKept();
  await app.save();
  await page.reload();
  await expect(app.noteTitle).toHaveValue('Shopping');
  await expect(app.noteText).toHaveValue('bread');

  await app.noteText.fill('bread and butter');
  await app.save();
  await app.openNote('Shopping');
  await expect(app.noteText).toHaveValue('bread and butter');

  await app.open('Notes');
  const row = app.noteRow('Shopping');
  await row.getByRole('button', { name: 'Delete' }).click();
  await row.getByRole('button', { name: 'Keep' }).click();
  await row.getByRole('button', { name: 'Delete' }).click();
  await expect(row).toContainText('Delete for good?');
  await row.getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
  await page.reload();
  await expect(app.noteRow('Release checklist')).toBeVisible();
  await expect(row).toHaveCount(0);
});

test('a draft outlives a reload', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  await app.openNote();
  await app.noteText.fill('not saved');
  await app.expectDraftKept();
  await page.reload();
  await expect(app.noteText).toHaveValue('not saved');
});

test('an explicit logout deletes drafts', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  await app.openNote();
  await app.noteText.fill('not for the next person');
  await app.expectDraftKept();
  await app.logOutButton.click();
  await app.expectLoginPage();
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  expect(kept).not.toContain('not for the next person');
});

test('a note that cannot be saved for a while keeps its text', async ({ page, watch }) => {
  watch.expect(answered(503, '/api/notes'));
  const app = new App(page);
  await app.logIn();
  await app.openNote();
  await app.noteText.fill('try again later');
  await page.route('**/api/notes/*', (route) => route.fulfill({ status: 503 }));
  await app.saveButton.click();
  await expect(page.getByRole('main').getByRole('alert').filter({ hasText: /\S/ })).toBeVisible();
  await expect(app.noteText).toHaveValue('try again later');
  await page.unroute('**/api/notes/*');
  await app.save();
});

test('back and forward go between pages without loading any', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  const load = await app.load();
  for (const name of PAGES.slice(1)) await app.open(name);
  for (const name of [...PAGES].reverse().slice(1)) {
    await page.goBack();
    await app.expectHeading(name);
  }
  for (const name of PAGES.slice(1)) {
    await page.goForward();
    await app.expectHeading(name);
  }
  expect(await app.load()).toBe(load);
});

test('every page has a title and an address of its own', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  const addresses = new Set<string>();
  const titles = new Set<string>();
  for (const name of PAGES) {
    await app.open(name);
    await expect(page).toHaveTitle(new RegExp(name));
    addresses.add(new URL(page.url()).pathname);
    titles.add(await page.title());
  }
  expect([addresses.size, titles.size]).toEqual([PAGES.length, PAGES.length]);
});

for (const width of [1280, 320]) {
  test(`the navigation stands still at ${width} px`, async ({ another }) => {
    const page = await (await another({ viewport: { width, height: 640 } })).newPage();
    const app = new App(page);
    await app.logIn();
    const places = () =>
      page.getByRole('navigation').getByRole('link').evaluateAll((links) =>
        links.map((link) => {
          const text = document.createRange();
          text.selectNodeContents(link);
          const { x, right } = text.getBoundingClientRect();
          return [x, right];
        }),
      );
    const first = await places();
    for (const name of PAGES) {
      await app.open(name);
      expect(await places(), name).toEqual(first);
    }
    const edges = first.flat();
    expect(Math.min(...edges), 'to the left edge').toBeGreaterThanOrEqual(4);
    expect(width - Math.max(...edges), 'to the right edge').toBeGreaterThanOrEqual(4);
  });
}

test('an unknown address says so and leads back', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  await page.goto('/no/such/page');
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/not found/i);
  await page.getByRole('main').getByRole('link').first().click();
  await app.expectHeading('Dashboard');
});

test('theme and language survive reload and logout', async ({ page }) => {
  const app = new App(page);
  await app.logIn('/settings');
  const background = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByText('Dark', { exact: true }).click();
  await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked();
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.getByText('Deutsch', { exact: true }).click();

  const expectGermanAndDark = async () => {
    await expect(page.locator('html')).toHaveAttribute('lang', 'de');
    expect(await background()).toBe(dark);
  };
  await expect(page.getByRole('button', { name: 'Abmelden' })).toBeVisible();
  await expectGermanAndDark();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Abmelden' })).toBeVisible();
  await expectGermanAndDark();
  await page.getByRole('button', { name: 'Abmelden' }).click();
  await expect(page.getByRole('button', { name: 'Anmelden' })).toBeVisible();
  await expectGermanAndDark();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Anmelden' })).toBeVisible();
  await expectGermanAndDark();
});

test('a mistake in the configuration is named on the page', async ({ page }) => {
  await configure(page, { sokcet: {} });
  await page.goto('/');
  await expect(page.getByRole('alert')).toContainText('sokcet');
  await expect(page.locator('[type=password]')).toHaveCount(0);
});

test('a language in the configuration is where people begin', async ({ page }) => {
  await configure(page, { locale: 'de' });
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Anmelden' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});
