// Somebody else logs in in another tab: nothing of the first is there when anything of the second is.
import type { BrowserContext, Page } from '@playwright/test';
import { answered } from './support/console';
import { App, SECOND } from './support/pages';
import { expect, test } from './support/test';

const FIRST_MARK = 'belongs to the first';
const SECOND_MARK = 'belongs to the second';

declare global {
  interface Window {
    /** Whose marks were in the document, in order, each change once. */
    marks: string[];
    /** Whether the page misses what other tabs tell. */
    deaf: boolean;
  }
}

/** Records at every change and every frame whose marks are anywhere in the document. */
async function recordMarks(context: BrowserContext): Promise<void> {
  await context.addInitScript(
    ([first, second]) => {
      window.marks = [];
      const look = () => {
        const fields = [...document.querySelectorAll('input, textarea')] as HTMLInputElement[];
        const text = [document.documentElement?.outerHTML, ...fields.map(({ value }) => value)].join();
        const seen = [text.includes(first) && 'first', text.includes(second) && 'second'];
        const marks = seen.filter(Boolean).join(' and ') || 'nobody';
        if (marks !== window.marks.at(-1)) window.marks.push(marks);
      };
      const frames = () => {
        look();
        requestAnimationFrame(frames);
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
      frames();
    },
    [FIRST_MARK, SECOND_MARK] as const,
  );
}

/** Marks the account: a note with this title. */
async function markAccount(app: App, mark: string): Promise<void> {
  await app.openNote();
  await app.noteTitle.fill(mark);
  await app.save();
}

async function markSecond(context: BrowserContext): Promise<void> {
  const app = new App(await context.newPage());
  await app.logIn('/', SECOND);
  await markAccount(app, SECOND_MARK);
  await context.close();
}

/** The marks that a page shows from now on. */
async function marksFromNow(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => (window.marks = ['first']));
  return () => page.evaluate(() => window.marks);
}

async function expectNothingKept(page: Page): Promise<void> {
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(FIRST_MARK);
}

test('after an expiry that both tabs show', async ({ another, backend, context, page, watch }) => {
  // The address of a note of the first user.
  watch.expect(answered(404, '/api/notes/'));
  await markSecond(await another());
  await recordMarks(context);
  const [one, other] = [new App(page), new App(await context.newPage())];
  await one.logIn();
  await markAccount(one, FIRST_MARK);
  await one.noteText.fill(`a draft that ${FIRST_MARK}`);
  await one.expectDraftKept();
  await other.page.goto('/notes');
  await expect(other.noteRow(FIRST_MARK)).toBeVisible();

  const marks = await marksFromNow(page);
  await backend.demo('expire');
  for (const app of [one, other]) await expect(app.expired).toBeVisible();
  await other.expired.getByRole('button', { name: 'Leave' }).click();
  await other.expectLoginPage();
  await other.submitLogin(SECOND);
  await other.expectLive();

  await one.expectLive();
  await expect(one.expired).toHaveCount(0);
  await page.bringToFront();
  await one.open('Notes');
  await expect(one.noteRow(SECOND_MARK)).toBeVisible();
  expect(await marks()).toEqual(['first', 'nobody', 'second']);
  await expectNothingKept(page);
});

test('over a session that goes on', async ({ another, backend, context, page, watch }) => {
  // What the first tab asks in the name of the first user.
  watch.expect(answered(401, '/api/'));
  await markSecond(await another());
  await recordMarks(context);
  const one = new App(page);
  const other = new App(await context.newPage());
  // A tab that missed the first login still offers one.
  await other.page.addInitScript(() => {
    window.deaf = true;
    const { set } = Object.getOwnPropertyDescriptor(BroadcastChannel.prototype, 'onmessage')!;
    Object.defineProperty(BroadcastChannel.prototype, 'onmessage', {
      set(this: BroadcastChannel, heard: ((event: MessageEvent) => void) | null) {
        set!.call(this, heard && ((event: MessageEvent) => window.deaf || heard(event)));
      },
    });
  });
  await other.page.goto('/login');
  await page.bringToFront();
  await one.logIn();
  await markAccount(one, FIRST_MARK);
  await one.open('Notes');
  await expect(one.noteRow(FIRST_MARK)).toBeVisible();

  const marks = await marksFromNow(page);
  await other.page.evaluate(() => (window.deaf = false));
  await other.page.bringToFront();
  await other.submitLogin(SECOND);
  await other.expectLive();

  await expect(one.noteRow(SECOND_MARK)).toBeVisible();
  await one.expectLive();
  expect(await marks()).toEqual(['first', 'nobody', 'second']);
  await expectNothingKept(page);
  await expect.poll(() => backend.metric('open_sockets')).toBeLessThanOrEqual(2);
});
