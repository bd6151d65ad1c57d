// Nobody is there: the warning, staying, and the end with all work kept.
import { expectAccessible } from './support/accessible';
import { App } from './support/pages';
import { observeSilence } from './support/probe';
import { expect, test } from './support/test';
import { callsOf } from './support/wire';

const CLOSED = 3;
const DRAFT = 'half a thought, not saved yet';

test.describe('with a short idle limit', () => {
  test.use({ flags: '--allow-short-limits --idle-timeout 14s --warning-lead 6s' });

  test('nobody stays: everything ends at once, and comes back in place', async ({ page }) => {
    test.setTimeout(120_000);
    const app = new App(page);
    await app.logIn();
    await app.openNote();
    await app.noteText.fill(DRAFT);
    await app.expectDraftKept();
    const [url, load] = [page.url(), await app.load()];

    await expect(app.warning).toBeVisible({ timeout: 15_000 });
    await expect(app.expired).toBeVisible({ timeout: 15_000 });
    await expect(app.expired).toContainText('because you were not active');
    await expect(app.warning).toHaveCount(0);

    await test.step('the socket is closed and the page is silent for 30 s', async () => {
      const states = () => page.evaluate(() => window.probe.states());
      await expect.poll(states).toEqual([CLOSED]);
      await observeSilence(page, 30);
    });

    await test.step('nothing protected is left in the document', async () => {
      const html = await page.evaluate(() => document.documentElement.outerHTML);
      expect(html).not.toContain('Release checklist');
      await expect(page.locator('textarea')).toHaveCount(0);
    });

    await test.step('Escape does not dismiss the dialog, focus stays inside', async () => {
      for (let presses = 0; presses < 5; presses += 1) {
        await page.keyboard.press('Escape');
        await expect(app.expired).toBeVisible();
      }
      await expectFocusStaysInside(app);
    });

    await app.logInAgain();
    await expect(app.expired).toHaveCount(0);
    await expect(app.noteText).toHaveValue(DRAFT);
    await app.expectLive();
    expect(page.url()).toBe(url);
    expect(await app.load(), 'no page load in between').toBe(load);
    await app.open('Dashboard');
    await app.expectMoreUpdates();
  });
});

test.describe('with a warning that leaves time', () => {
  test.use({ flags: '--allow-short-limits --idle-timeout 24s --warning-lead 20s' });

  test('the countdown counts, and "Stay signed in" extends', async ({ page }) => {
    const app = new App(page);
    await app.logIn();
    await expect(app.warning).toBeVisible({ timeout: 15_000 });
    await expect(app.warning.getByRole('button', { name: 'Stay signed in' })).toBeFocused();

    const seconds = async () => Number((await app.timer.textContent())?.split(':')[1]);
    const first = await seconds();
    await expect.poll(seconds).toBeLessThanOrEqual(first - 3);
    expect(first).toBeLessThanOrEqual(20);

    const extended = page.waitForResponse((answer) => answer.url().endsWith('/session/extend'));
    await app.warning.getByRole('button', { name: 'Stay signed in' }).click();
    await expect(app.warning).toHaveCount(0);
    expect((await extended).status()).toBe(200);
    expect((await (await extended).json()).idleRemainingSeconds).toBeGreaterThanOrEqual(23);
    await app.expectMoreUpdates();
  });

  test('Escape in the warning means "stay"', async ({ page }) => {
    const app = new App(page);
    await app.logIn();
    await expect(app.warning).toBeVisible({ timeout: 15_000 });
    const extended = page.waitForResponse((answer) => answer.url().endsWith('/session/extend'));
    await page.keyboard.press('Escape');
    await expect(app.warning).toHaveCount(0);
    expect((await extended).status()).toBe(200);
    await app.expectLive();
  });

  test('"Log out" in the warning logs out', async ({ page }) => {
    const app = new App(page);
    await app.logIn();
    await expect(app.warning).toBeVisible({ timeout: 15_000 });
    await app.warning.getByRole('button', { name: 'Log out' }).click();
    await app.expectLoginPage();
    await expect(app.warning).toHaveCount(0);
  });
});

test.describe('with a limit that nothing moves', () => {
  test.use({
    flags: '--allow-short-limits --idle-timeout 60s --absolute-timeout 26s --warning-lead 20s',
  });

  test('the warning gives the page back, work is saved, and all goes on after the end', async ({
    page,
  }) => {
    test.setTimeout(120_000);
    const app = new App(page);
    await app.logIn();
    await app.openNote();
    await app.noteText.fill(DRAFT);
    await expect(app.warning).toContainText('cannot be extended', { timeout: 20_000 });
    await expect(page).toHaveTitle(/^Your session is about to expire/);
    await page.keyboard.press('Escape');

    await expect(app.warning).toHaveCount(0);
    await expect(app.noteText).toBeFocused();
    const left = page.getByRole('timer', { name: 'Time left' });
    await expect(left).toBeInViewport({ ratio: 1 });
    await expectAccessible(page, 'the notice of a warning that was put away');
    await app.save();
    await app.noteText.press('End');
    await app.noteText.pressSequentially(' and more');
    await expect(left).toBeVisible();

    await expect(app.expired).toBeVisible({ timeout: 25_000 });
    await expect(left).toHaveCount(0);
    await app.logInAgain();
    await expect(app.noteText).toHaveValue(`${DRAFT} and more`);
    await expect(app.noteText).toBeFocused();
    await expect(page).toHaveTitle(/^Note/);
  });
});

test.describe('where no socket comes through', () => {
  test.use({ flags: '--allow-short-limits --idle-timeout 52s --warning-lead 5s' });

  test('nobody who works is warned', async ({ page }) => {
    test.setTimeout(120_000);
    let refused = 0;
    await page.routeWebSocket('**/ws', (socket) => {
      refused += 1;
      void socket.close({ code: 1011 });
    });
    const app = new App(page);
    const reports = callsOf(page);
    await app.page.goto('/');
    await app.submitLogin();
    await app.openNote();
    const begun = Date.now();
    while (Date.now() - begun < 70_000) {
      await app.noteText.press('a');
      await expect(page.getByRole('alertdialog')).toHaveCount(0);
      await page.waitForTimeout(2_000);
    }
    await app.save();
    expect(refused).toBeGreaterThan(0);
    const extensions = reports.filter((call) => call === 'POST /api/session/extend');
    expect(extensions.length, 'reports in 70 s').toBeGreaterThanOrEqual(2);
    expect(extensions.length, 'reports in 70 s').toBeLessThanOrEqual(3);
  });
});

async function expectFocusStaysInside(app: App): Promise<void> {
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let presses = 0; presses < 10; presses += 1) {
      await app.page.keyboard.press(key);
      const outside = await app.page.evaluate(() => {
        const focused = document.activeElement;
        // Between the last element and the first the browser's own controls have their turn.
        const nowhere = focused === null || focused === document.body;
        return nowhere || focused.closest('dialog') ? null : focused.outerHTML;
      });
      expect(outside, 'what has the focus outside of the dialog').toBeNull();
    }
  }
}
