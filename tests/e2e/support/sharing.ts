// Several tabs of one browser that share one socket: who has it, and which updates each tab shows.
import { expect, type BrowserContext, type Page } from '@playwright/test';
import type { Backend } from './backend';
import { App } from './pages';

/** Name of the lock that the tab with the socket holds. */
export const LEADER_LOCK = 'leptos-session.default.leader';
/** Name of the channel between tabs. */
export const CHANNEL = 'leptos-session.default';

const OPEN = 1;

/** What the dashboard showed at a moment: so many updates, the latest with this number. */
export interface Shown {
  at: number;
  count: number;
  seq: number;
}

declare global {
  interface Window {
    sharing: {
      shown: Shown[];
      /** Wall time of the first update on the latest socket. */
      firstUpdateAt: number;
    };
  }
}

/** How often a measurement is repeated: `SESSION_REPEATS` times, at most as often as is promised. */
export function repeats(usually: number, promised: number): number {
  const wanted = Number(process.env.SESSION_REPEATS);
  return wanted > 0 ? Math.min(wanted, promised) : usually;
}

/**
 * Makes the number of each update visible, as the total number of refreshes on the dashboard, and
 * records whatever the dashboard shows. A loss, a repetition or a wrong order is then a count that
 * does not belong to its number.
 */
async function installRecord(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const sharing: Window['sharing'] = { shown: [], firstUpdateAt: 0 };
    window.sharing = sharing;

    let latest: EventTarget | null = null;
    const { get } = Object.getOwnPropertyDescriptor(MessageEvent.prototype, 'data')!;
    const data = function (this: MessageEvent): unknown {
      const data: unknown = get!.call(this);
      if (!(this.target instanceof WebSocket) || typeof data !== 'string') return data;
      const seq = /"type":"DATA_UPDATE"/.test(data) && /"seq":(\d+)/.exec(data)?.[1];
      if (!seq) return data;
      if (latest !== this.target) sharing.firstUpdateAt = Date.now();
      latest = this.target;
      return data.replace(/"refreshesTotal":\d+/, `"refreshesTotal":${seq}`);
    };
    Object.defineProperty(MessageEvent.prototype, 'data', { get: data, configurable: true });

    const number = (node: Node | null | undefined) =>
      Number(node?.textContent?.replaceAll(/\D/g, '') || NaN);
    let due = false;
    const look = () => {
      due = false;
      const total = [...document.querySelectorAll('article .note')].find((note) =>
        note.textContent?.endsWith('in total'),
      );
      const count = number(document.querySelector('[data-testid=update-count]'));
      const [seq, last] = [number(total), sharing.shown.at(-1)];
      if (count > 0 && seq > 0 && (count !== last?.count || seq !== last.seq)) {
        sharing.shown.push({ at: Date.now(), count, seq });
      }
    };
    // All texts of an update are written in one task.
    new MutationObserver(() => {
      if (!due) setTimeout(look);
      due = true;
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
}

export class Sharing {
  readonly tabs: App[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly backend: Backend,
  ) {}

  /** Logs in and opens so many tabs in all, each with live data. */
  static async open(context: BrowserContext, backend: Backend, count: number): Promise<Sharing> {
    await installRecord(context);
    const sharing = new Sharing(context, backend);
    const first = new App(await context.newPage());
    await first.logIn();
    sharing.tabs.push(first);
    while (sharing.tabs.length < count) await sharing.add();
    await sharing.expectData(0);
    return sharing;
  }

  async add(): Promise<App> {
    const app = new App(await this.context.newPage());
    await app.page.goto('/');
    await app.expectLive();
    this.tabs.push(app);
    return app;
  }

  /** Takes a tab that ended out of the list. */
  drop(app: App): void {
    this.tabs.splice(this.tabs.indexOf(app), 1);
  }

  /** The tabs whose socket is open. */
  async withSocket(): Promise<App[]> {
    const open = await Promise.all(
      this.tabs.map(({ page }) =>
        page.evaluate((open) => window.probe.states().includes(open), OPEN),
      ),
    );
    return this.tabs.filter((_, index) => open[index]);
  }

  /** The one tab whose socket is open. */
  async leader(timeout = 20_000): Promise<App> {
    let found: App[] = [];
    const count = async () => (found = await this.withSocket()).length;
    await expect.poll(count, { message: 'tabs with a socket', timeout }).toBe(1);
    return found[0]!;
  }

  async expectSockets(count: number): Promise<void> {
    await expect.poll(() => this.backend.metric('open_sockets'), 'sockets at the server').toBe(count);
  }

  /** Waits until every tab shows data that came after this time. */
  async expectData(after: number): Promise<void> {
    for (const { page } of this.tabs) {
      await page.waitForFunction((after) => (window.sharing.shown.at(-1)?.at ?? 0) > after, after);
    }
  }

  /** Returns when each tab first showed data after this time. */
  async dataSince(after: number): Promise<number[]> {
    await this.expectData(after);
    return Promise.all(
      this.tabs.map(({ page }) =>
        page.evaluate((after) => window.sharing.shown.find(({ at }) => at >= after)!.at, after),
      ),
    );
  }

  /** Waits for the next tab with the socket; returns when updates came there, and to all. */
  async nextLeader(since: number, timeout?: number): Promise<{ ledAt: number; shownAt: number }> {
    const { page } = await this.leader(timeout);
    // A tab that led before had a first update then.
    const led = await page.waitForFunction((since) => {
      const { firstUpdateAt } = window.sharing;
      return firstUpdateAt >= since && firstUpdateAt;
    }, since);
    const ledAt = (await led.jsonValue()) as number;
    return { ledAt, shownAt: Math.max(...(await this.dataSince(ledAt))) };
  }

  /** Expects that every tab showed every update once and in order since it was opened. */
  async expectNoGaps(): Promise<void> {
    for (const [index, { page }] of this.tabs.entries()) await expectNoGaps(page, `tab ${index + 1}`);
  }
}

export async function expectNoGaps(page: Page, name: string): Promise<void> {
  const shown = await page.evaluate(() => window.sharing.shown);
  expect(shown.length, `changes of the dashboard in ${name}`).toBeGreaterThan(0);
  const before = (index: number) => shown[Math.max(0, index - 1)]!;
  const wrong = shown.filter(
    ({ count, seq }, index) => count - before(index).count !== seq - before(index).seq,
  );
  expect(wrong, `updates lost, doubled or out of order in ${name}`).toEqual([]);
}

/** What tabs need to share a session. */
export const PARTS = ['BroadcastChannel', 'locks', 'localStorage'] as const;
type Part = (typeof PARTS)[number];

/** Makes a browser that lacks some of it. */
export async function takeAway(context: BrowserContext, missing: readonly Part[]): Promise<void> {
  await context.addInitScript((missing) => {
    if (missing.includes('BroadcastChannel')) Reflect.deleteProperty(window, 'BroadcastChannel');
    if (missing.includes('locks')) Reflect.deleteProperty(Navigator.prototype, 'locks');
    if (missing.includes('localStorage')) {
      const get = () => {
        throw new DOMException('storage is forbidden', 'SecurityError');
      };
      Object.defineProperty(window, 'localStorage', { get });
    }
  }, missing);
}
