// The machine sleeps, the clock is set, the network is gone for longer than the session may last:
// the page is covered before anybody can read it, and only the server says what became of it.
import type { Page } from '@playwright/test';
import { HOUR, installClocks, moveBothClocks, moveWallClock } from './support/clocks';
import { NETWORK_IS_CUT, answered } from './support/console';
import { App } from './support/pages';
import { expect, test } from './support/test';
import { HeldQuestions, deafenable } from './support/wire';

const DRAFT = 'half a thought before the night';

test.beforeEach(({ context }) => installClocks(context));

/** Logs in and stands in the middle of an unsaved note. */
async function workOnNote(page: Page): Promise<App> {
  const app = new App(page);
  await app.logIn();
  await app.openNote();
  await app.noteText.fill(DRAFT);
  await app.expectDraftKept();
  await app.noteText.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(4, 9));
  return app;
}

async function expectWorkAsBefore(app: App): Promise<void> {
  await expect(app.noteText).toHaveValue(DRAFT);
  await expect(app.noteText).toBeFocused();
  const caret = (field: HTMLTextAreaElement) => [field.selectionStart, field.selectionEnd];
  expect(await app.noteText.evaluate(caret)).toEqual([4, 9]);
}

for (const [how, sleep] of [
  ['stands still', moveWallClock],
  ['goes on', moveBothClocks],
] as const) {
  test(`eight hours of sleep, the monotonic clock ${how}`, async ({ backend, page, watch }) => {
    // A token that ended meanwhile is refreshed, and that is refused.
    watch.expect(answered(401, '/api/auth/refresh'));
    const ear = await deafenable(page);
    const app = await workOnNote(page);
    const held = await HeldQuestions.on(page);
    ear.deaf = true;
    await backend.demo('expire');

    await test.step('the cover stands before the next frame, and the work below it', async () => {
      await sleep(page, 8 * HOUR);
      const text = await page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            requestAnimationFrame(() => resolve(document.querySelector('main')!.innerText));
            window.dispatchEvent(new Event('focus'));
          }),
      );
      expect(text.trim()).toBe('Checking your session…');
      await expect(app.cover).toBeVisible();
      await expect(app.noteText).toHaveCount(0);
      const field = page.locator('#note-text');
      await expect(field).toBeHidden();
      expect(await field.inputValue()).toBe(DRAFT);
      await expect(app.expired).toHaveCount(0);
    });

    await test.step('no key reaches what is covered', async () => {
      await page.keyboard.type('typed blindly');
      for (let presses = 0; presses < 12; presses += 1) {
        await page.keyboard.press('Tab');
        const below = () => document.activeElement?.closest('[inert]') ?? null;
        expect(await page.evaluate(below)).toBeNull();
      }
      expect(await page.locator('#note-text').inputValue()).toBe(DRAFT);
      await app.cover.evaluate((cover) => cover.closest<HTMLElement>('[tabindex]')!.focus());
    });

    await test.step('one question, and the answer is the end', async () => {
      await expect.poll(() => held.asked).toBe(1);
      ear.deaf = false;
      held.release();
      await expect(app.expired).toBeVisible();
      await expect.poll(() => held.asked).toBe(1);
      expect(await page.evaluate(() => document.body.innerText)).not.toContain(DRAFT);
    });

    await app.logInAgain();
    await app.expectLive();
    await expectWorkAsBefore(app);
  });
}

test('a wake that no event tells of is noticed by the clocks', async ({ page }) => {
  const app = await workOnNote(page);
  const held = await HeldQuestions.on(page);

  await moveWallClock(page, 8 * HOUR);

  await expect(app.cover).toBeVisible({ timeout: 2_000 });
  await expect.poll(() => held.asked).toBe(1);
  held.release();
  await expect(app.cover).toHaveCount(0);
  await expectWorkAsBefore(app);
  await app.expectLive();
  await expect.poll(() => held.asked).toBe(1);
});

test.describe('a clock that somebody sets', () => {
  test.use({ flags: '--idle-timeout 3h' });

  for (const hours of [1, -1]) {
    test(`by ${hours} h is one question that nobody sees`, async ({ page }) => {
      const app = await workOnNote(page);
      const held = await HeldQuestions.on(page);
      const seen = await page.evaluateHandle(() => {
        const seen: string[] = [];
        new MutationObserver(() => {
          const found = document.querySelector('dialog, [inert], [type=password]');
          if (found) seen.push(found.outerHTML.slice(0, 100));
        }).observe(document, { subtree: true, childList: true, attributes: true });
        return seen;
      });

      await moveWallClock(page, hours * HOUR);

      await expect.poll(() => held.asked).toBe(1);
      await expectWorkAsBefore(app);
      held.release();
      await app.open('Dashboard');
      await app.expectMoreUpdates(3);
      await expect.poll(() => held.asked).toBe(1);
      expect(await seen.jsonValue(), 'covers and dialogs that showed').toEqual([]);
    });
  }
});

test.describe('without a network beyond the idle limit', () => {
  test.use({ flags: '--allow-short-limits --idle-timeout 8s --warning-lead 2s' });

  for (const alive of [true, false]) {
    const end = alive ? 'uncovered, for it lived on elsewhere' : 'over';
    test(`the page is covered, and then ${end}`, async ({ backend, context, page, watch }) => {
      watch.expect(...NETWORK_IS_CUT);
      const app = await workOnNote(page);
      const [cookie] = await context.cookies();
      await context.setOffline(true);
      await app.expectBadge('Offline');

      const elsewhere = setInterval(() => void (alive && backend.extend(cookie!)), 2_000);
      await expect(app.cover).toContainText('You are offline.', { timeout: 20_000 });
      await expect(page.locator('#note-text')).toBeHidden();
      await expect(page.getByRole('alertdialog')).toHaveCount(0);
      clearInterval(elsewhere);
      // The server looks for what is over once a second.
      if (!alive) await backend.expectDead(cookie!);

      await context.setOffline(false);
      if (alive) {
        await expect(app.cover).toHaveCount(0);
        await expect(app.expired).toHaveCount(0);
      } else {
        await expect(app.expired).toContainText('because you were not active');
        await app.logInAgain();
      }
      await app.expectLive();
      await expectWorkAsBefore(app);
    });
  }
});
