// Back and forward between documents: a page gives its socket back when it is left, what the browser
// keeps of it is asked about before it is shown, and after a logout nothing of it is.
import type { BrowserContext, Page } from '@playwright/test';
import { answered } from './support/console';
import { report } from './support/figures';
import { Frames } from './support/frames';
import { App } from './support/pages';
import { expect, test } from './support/test';
import { HeldQuestions } from './support/wire';

const MARK = 'Release checklist';

declare global {
  interface Window {
    returned: {
      /** Whether the page came out of the browser's back/forward cache. */
      fromCache: boolean;
      /** What could be read in each frame since the page came back. */
      texts: string[];
    };
  }
}

// Playwright switches the back/forward cache off, and a page that a test answers counts as one from
// another network.
test.use({
  launchOptions: async ({ launchOptions }, use) => {
    const networks = '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets';
    const args = [...(launchOptions.args ?? []), networks];
    await use({ ...launchOptions, args, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  },
});

async function recordReturns(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => {
      const texts: string[] = [];
      window.returned = { fromCache: persisted, texts };
      const look = () => {
        const text = document.body?.innerText ?? '';
        if (text !== texts.at(-1)) texts.push(text);
        requestAnimationFrame(look);
      };
      // What is there before each frame is what the frame shows.
      requestAnimationFrame(look);
    });
  });
}

/** Has the page answered with another caching rule than the server's own, which forbids all. */
async function cacheable(page: Page): Promise<void> {
  await page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.fallback();
    const response = await route.fetch();
    const headers = { ...response.headers(), 'cache-control': 'no-cache' };
    return route.fulfill({ response, headers });
  });
}

async function leave(app: App): Promise<void> {
  await app.page.goto('/healthz');
}

async function goBack(page: Page): Promise<void> {
  // Playwright waits for a load that a page out of the cache does not have.
  await page.evaluate(() => setTimeout(() => history.back()));
  await page.waitForURL('**/notes', { waitUntil: 'commit' });
  await page.waitForFunction(() => window.returned?.texts.length > 0);
}

const returned = (page: Page) => page.evaluate(() => window.returned);

/** Why the browser did not keep the page. */
const reasons = (page: Page) =>
  page.evaluate(() => {
    const [navigation] = performance.getEntriesByType('navigation');
    const { notRestoredReasons } = navigation as unknown as {
      notRestoredReasons: { reasons: { reason: string }[] } | null;
    };
    return notRestoredReasons?.reasons.map(({ reason }) => reason) ?? [];
  });

for (const kept of [false, true]) {
  const how = kept ? 'a page that may be kept' : 'the page as the server sends it';

  test.describe(how, () => {
    test.beforeEach(async ({ context, page }) => {
      await recordReturns(context);
      if (kept) await cacheable(page);
    });

    test('back after a logout shows nothing of the session', async ({ context, page }) => {
      const [app, other] = [new App(page), new App(await context.newPage())];
      await app.logIn('/notes');
      await expect(app.noteRow(MARK)).toBeVisible();
      await other.page.goto('/');
      await other.expectLive();
      await leave(app);
      await other.logOutButton.click();
      await other.expectLoginPage();

      await goBack(page);
      await app.expectLoginPage();
      const { texts } = await returned(page);
      expect(texts.filter((text) => text.includes(MARK))).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(MARK);
    });

    test('back while the session lives: asked first, then shown', async ({ backend, page }) => {
      const app = new App(page);
      await app.logIn('/notes');
      await expect(app.noteRow(MARK)).toBeVisible();
      await leave(app);
      await expect.poll(() => backend.metric('open_sockets')).toBe(0);

      const held = await HeldQuestions.on(page);
      await goBack(page);
      await page.waitForTimeout(500);
      const { texts } = await returned(page);
      expect(texts.filter((text) => text.includes(MARK))).toEqual([]);
      held.release();
      await expect(app.noteRow(MARK)).toBeVisible();
      await app.expectLive();
      await expect.poll(() => backend.metric('open_sockets')).toBe(1);
      expect((await returned(page)).fromCache).toBe(kept);

      const why = await reasons(page);
      const blamed = why.some((reason) => reason.includes('no-store')) ? 'no-store' : 'nothing';
      await report(`what keeps ${how} from the back/forward cache`, blamed, kept ? 'nothing' : '');
      const caching = /no-store|ccns|^masked$/;
      expect(why.filter((reason) => kept || !caching.test(reason))).toEqual([]);
    });
  });
}

/** What the person must not see again is painted so. */
const RED = [254, 1, 2] as const;

for (const [kept, how] of [
  [false, 'expired'],
  [false, 'logged out'],
  [true, 'expired'],
  [true, 'logged out'],
] as const) {
  const page = kept ? 'a page that may be kept' : 'the page as the server sends it';

  test.describe(`back to ${page}, when the session is ${how}`, () => {
    test('no frame shows what was there', async ({ another, backend, context, page, watch }) => {
      watch.expect(answered(401));
      await recordReturns(context);
      if (kept) await cacheable(page);
      const app = new App(page);
      await app.logIn('/notes');
      await expect(app.noteRow(MARK)).toBeVisible();
      await app.noteRow(MARK).evaluate((row, red) => (row.style.background = `rgb(${red})`), RED.join(' '));
      const [cookie] = await context.cookies();
      const session = await page.evaluate(async () => (await fetch('/api/session')).json());
      await leave(app);
      // Nobody tells: the tab in which it happened is gone, or there was none.
      if (how === 'expired') {
        await backend.demo('expire');
      } else {
        expect(await backend.logOut(cookie!)).toBe(204);
        const mark = ['leptos-session.default.presence', `logged-out ${session.id}`] as const;
        await page.evaluate(([key, mark]) => localStorage.setItem(key, mark), mark);
      }

      const frames = await Frames.of(page);
      await expect.poll(() => frames.count, 'the page in between').toBeGreaterThan(0);
      const before = frames.count;
      await goBack(page);
      if (kept && how === 'expired') await expect(app.expired).toBeVisible();
      else await app.expectLoginPage();

      const { fromCache, texts } = await returned(page);
      expect(fromCache).toBe(kept);
      expect(texts.filter((text) => text.includes(MARK))).toEqual([]);
      await expect.poll(() => frames.count, 'frames of the page').toBeGreaterThan(before);
      await frames.stop();
      const seen = await frames.colours(await (await another()).newPage(), [RED]);
      // What the browser kept as a picture it shows before any script runs.
      const own = kept ? seen.slice(seen.findIndex((colours) => colours.length > 0) + 1) : seen;
      expect(own.flat(), 'frames with what was there').toEqual([]);
    });
  });
}
