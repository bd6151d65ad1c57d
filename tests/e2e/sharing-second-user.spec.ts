// Somebody else logs in in another tab: nothing of the first is there when anything of the second is.
import type { BrowserContext, Page } from '@playwright/test';
import { answered } from './support/console';
import { Frames } from './support/frames';
import { App, SECOND } from './support/pages';
import { expect, test } from './support/test';
import { installVisibility, setVisible } from './support/visibility';

const FIRST_MARK = 'belongs to the first';
const SECOND_MARK = 'belongs to the second';
/** What carries a mark is painted so, for those who look at frames. */
const COLOURS = [
  [254, 1, 2],
  [3, 2, 253],
] as const;

interface Sight {
  at: number;
  marks: string;
}

declare global {
  interface Window {
    /** Whose marks were in the document since when, each change once. */
    sights: Sight[];
    /** Whether the page misses what other tabs tell. */
    deaf: boolean;
  }
}

/** Records at every change and every frame whose marks are anywhere in the document. */
async function recordMarks(context: BrowserContext): Promise<void> {
  await context.addInitScript(
    ([first, second, colours]) => {
      window.sights = [];
      const paint = (mark: string, [red, green, blue]: readonly number[]) => {
        const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
        const carriers = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].filter(
          ({ value }) => value.includes(mark),
        ) as HTMLElement[];
        while (texts.nextNode()) {
          const { data, parentElement } = texts.currentNode as Text;
          if (data.includes(mark) && parentElement) carriers.push(parentElement);
        }
        for (const { style } of carriers) style.background = `rgb(${red} ${green} ${blue})`;
      };
      const look = () => {
        const fields = [...document.querySelectorAll('input, textarea')] as HTMLInputElement[];
        const text = [document.documentElement?.outerHTML, ...fields.map(({ value }) => value)].join();
        const seen = [text.includes(first) && 'first', text.includes(second) && 'second'];
        const marks = seen.filter(Boolean).join(' and ') || 'nobody';
        if (marks !== window.sights.at(-1)?.marks) window.sights.push({ at: Date.now(), marks });
      };
      const frames = () => {
        paint(first, colours[0]);
        paint(second, colours[1]);
        look();
        requestAnimationFrame(frames);
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
      frames();
    },
    [FIRST_MARK, SECOND_MARK, COLOURS] as const,
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

/** What pages show from now on, in the document and in the frames of the first. */
class Watch {
  private constructor(
    private readonly pages: Page[],
    private readonly frames: Frames,
  ) {}

  static async on(pages: Page[]): Promise<Watch> {
    await pages[0]!.bringToFront();
    const frames = await Frames.of(pages[0]!);
    for (const page of pages) {
      const last = await page.evaluate(() => {
        window.sights.splice(0, window.sights.length - 1);
        return window.sights[0]?.marks;
      });
      expect(last).toBe('first');
    }
    return new Watch(pages, frames);
  }

  /** Expects that the first user's data was gone everywhere before anything of the second came. */
  async expectOneAfterTheOther(reader: Page): Promise<void> {
    const sights = await Promise.all(this.pages.map((page) => page.evaluate(() => window.sights)));
    for (const of of sights) {
      const marks = of.map((sight) => sight.marks);
      expect(marks.slice(0, 2)).toEqual(['first', 'nobody']);
      expect(marks).not.toContain('first and second');
      expect(marks.slice(1)).not.toContain('first');
    }
    const goneAt = Math.max(...sights.map(([, nobody]) => nobody!.at));
    const second = sights.flat().filter(({ marks }) => marks === 'second');
    const cameAt = Math.min(...second.map(({ at }) => at));
    expect(cameAt - goneAt, 'milliseconds from the last of one to the first of the other').toBeGreaterThanOrEqual(0);

    const painted = () => this.frames.colours(reader, COLOURS);
    await expect.poll(painted, 'frames with data of the second').toContainEqual([1]);
    await this.frames.stop();
    const colours = await painted();
    expect(colours, 'frames with data of the first').toContainEqual([0]);
    expect(colours, 'frames with data of both').not.toContainEqual([0, 1]);
  }
}

async function expectNothingKept(page: Page): Promise<void> {
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(FIRST_MARK);
}

test('after an expiry that three tabs show', async ({ another, backend, context, page, watch }) => {
  // The address of a note of the first user.
  watch.expect(answered(404, '/api/notes/'));
  await markSecond(await another());
  await recordMarks(context);
  await installVisibility(context);
  const [one, behind, other] = [page, await context.newPage(), await context.newPage()].map(
    (tab) => new App(tab),
  ) as [App, App, App];
  await one.logIn();
  await markAccount(one, FIRST_MARK);
  await one.noteText.fill(`a draft that ${FIRST_MARK}`);
  await one.expectDraftKept();
  for (const app of [behind, other]) {
    await app.page.goto('/notes');
    await expect(app.noteRow(FIRST_MARK)).toBeVisible();
  }
  await setVisible(behind.page, false);

  const seen = await Watch.on([one.page, behind.page, other.page]);
  await backend.demo('expire');
  for (const app of [one, behind, other]) await expect(app.expired).toBeVisible();
  await other.expired.getByRole('button', { name: 'Leave' }).click();
  await other.expectLoginPage();
  await other.submitLogin(SECOND);
  await other.expectLive();

  for (const app of [one, behind]) {
    await app.expectLive();
    await expect(app.expired).toHaveCount(0);
  }
  await expect(behind.noteRow(SECOND_MARK)).toBeVisible();
  await page.bringToFront();
  await one.open('Notes');
  await expect(one.noteRow(SECOND_MARK)).toBeVisible();
  await seen.expectOneAfterTheOther(await (await another()).newPage());
  await expectNothingKept(page);
});

test('over a session that goes on', async ({ another, backend, context, page, watch }) => {
  // What the first tabs ask in the name of the first user.
  watch.expect(answered(401, '/api/'));
  await markSecond(await another());
  await recordMarks(context);
  await installVisibility(context);
  const [one, behind, other] = [page, await context.newPage(), await context.newPage()].map(
    (tab) => new App(tab),
  ) as [App, App, App];
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
  await behind.page.goto('/notes');
  await expect(behind.noteRow(FIRST_MARK)).toBeVisible();
  await setVisible(behind.page, false);

  const seen = await Watch.on([one.page, behind.page]);
  await other.page.evaluate(() => (window.deaf = false));
  await other.page.bringToFront();
  await other.submitLogin(SECOND);
  await other.expectLive();

  for (const app of [one, behind]) {
    await expect(app.noteRow(SECOND_MARK)).toBeVisible();
    await app.expectLive();
  }
  await seen.expectOneAfterTheOther(await (await another()).newPage());
  await expectNothingKept(page);
  await expect.poll(() => backend.metric('open_sockets')).toBeLessThanOrEqual(2);
});
