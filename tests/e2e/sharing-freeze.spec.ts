// The tab with the socket stops running and comes back, again and again: others take over, but not
// more often than once a minute, and nobody talks much about it.
import { report } from './support/figures';
import { WORK_MS, frozen, workOf } from './support/processes';
import { LEADER_LOCK, Sharing, repeats } from './support/sharing';
import { expect, test } from './support/test';

const TABS = 4;
const ROUNDS = 30;
const FROZEN_LIMIT_MS = 20_000;
/** Between two times that the lead is taken. */
const PAUSE_MS = 60_000;
/** A tab that may take the lead asks, and leaves three others their turn. */
const TURNS_MS = 12_000;
/** A frozen leader is not missed for longer than this. */
const MISSED_MS = 90_000;
/** Notices of one tab in a second that are no updates. */
const CHATTER = 2;
/** Work of all tabs, measured against the same tabs when nothing happens. */
const QUIET_MS = 15_000;
const QUIET = 2;

// Thirty rounds last half an hour, and nobody does anything.
test.use({ flags: '--idle-timeout 2h' });

declare global {
  interface Window {
    /** Wall times at which this page took the lead. */
    steals: number[];
  }
}

test('a tab with the socket that freezes is overtaken, and follows when it thaws', async ({
  backend,
  browser,
  context,
}) => {
  const rounds = repeats(1, ROUNDS);
  test.setTimeout(90_000 + rounds * (MISSED_MS + 20_000));
  await context.addInitScript((leader) => {
    window.steals = [];
    // An empty page has no locks.
    if (!('locks' in navigator)) return;
    const request = LockManager.prototype.request as (...all: unknown[]) => Promise<unknown>;
    LockManager.prototype.request = function (this: LockManager, ...all: unknown[]) {
      const [name, options] = all as [string, LockOptions];
      if (name === leader && options.steal) window.steals.push(Date.now());
      return request.apply(this, all);
    } as LockManager['request'];
  }, LEADER_LOCK);
  const sharing = await Sharing.open(context, backend, TABS);
  const takings = async () => {
    const { tabs } = sharing;
    const ofPages = await Promise.all(tabs.map(({ page }) => page.evaluate(() => window.steals)));
    return ofPages.flat().sort((one, other) => one - other);
  };
  const [calm, calmSince] = [await workOf(browser), Date.now()];
  await sharing.expectData(Date.now() + QUIET_MS);
  const quiet = (await workOf(browser)) - calm;
  const quietShare = (quiet * 1000) / (Date.now() - calmSince);

  const begun = Date.now();
  const worked = await workOf(browser);
  const took: number[] = [];
  const late: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const leader = await sharing.leader();
    const taken = (await takings()).at(-1) ?? 0;
    sharing.drop(leader);
    await frozen(browser, leader.page, async () => {
      const since = Date.now();
      const { shownAt } = await sharing.nextLeader(since, MISSED_MS);
      took.push(shownAt - since);
      // At once, or when the last taking is a minute ago.
      const limit = Math.max(since + FROZEN_LIMIT_MS, taken + PAUSE_MS + TURNS_MS);
      if (shownAt > limit) late.push(`round ${round}: ${shownAt - limit} ms`);
    });
    sharing.tabs.push(leader);
    await sharing.leader();
    await sharing.expectSockets(1);
    await sharing.expectData(Date.now());
  }
  const work = (await workOf(browser)) - worked;
  // What it took to find the processes is not theirs.
  const share = ((work - rounds * (WORK_MS / 1000)) * 1000) / (Date.now() - begun);
  await sharing.expectNoGaps();

  const pages = sharing.tabs.map(({ page }) => page);
  const steals = await takings();
  const pauses = steals.slice(1).map((at, index) => at - steals[index]!);
  const notices = await Promise.all(
    pages.map((page) =>
      page.evaluate(() => window.probe.broadcasts.filter((text) => !text.includes('updateSeq')).length),
    ),
  );
  const chatter = (Math.max(...notices) / (Date.now() - begun)) * 1000;
  const seconds = (time: number) => `${(time / 1000).toFixed(1)} s`;
  const name = `socket's tab frozen ${rounds} times`;
  await report(`${name}: updates in all others, first`, seconds(took[0]!), seconds(FROZEN_LIMIT_MS));
  await report(`${name}: times that the lead was taken`, String(steals.length), `${rounds}`);
  await report(`${name}: notices of one tab in a second`, chatter.toFixed(2), `${CHATTER}`);
  const times = (share / quietShare).toFixed(2);
  await report(`${name}: work of all tabs, times that of a calm while`, times, `${QUIET}`);
  expect(took[0]!, 'milliseconds to live data in all others').toBeLessThanOrEqual(FROZEN_LIMIT_MS);
  expect(late, 'leads that were taken late').toEqual([]);
  const early = pauses.filter((pause) => pause < PAUSE_MS);
  expect(early, `milliseconds between two takings that came too soon, of ${pauses.join(' ')}`).toEqual([]);
  expect(steals.length, `takings in ${rounds} rounds`).toBeLessThanOrEqual(rounds);
  expect(chatter, 'notices of one tab in a second').toBeLessThan(CHATTER);
  expect(share, 'seconds of work of all tabs in a second').toBeLessThan(QUIET * quietShare);
});
