// The tab with the socket stops running and comes back, again and again: others take over, but not
// more often than once a minute, and nobody talks much about it.
import { report } from './support/figures';
import { frozen } from './support/processes';
import { Sharing, repeats } from './support/sharing';
import { expect, test } from './support/test';

const TABS = 4;
const FROZEN_LIMIT_MS = 20_000;
/** Between two times that the lead is taken. */
const PAUSE_MS = 60_000;
/** A frozen leader is not missed for longer than this. */
const MISSED_MS = 90_000;
/** Notices of one tab in a second that are no updates. */
const CHATTER = 2;

// Thirty rounds last half an hour, and nobody does anything.
test.use({ flags: '--idle-timeout 2h' });

declare global {
  interface Window {
    /** Wall times at which this page asked for a lock that another had. */
    steals: number[];
  }
}

test('a tab with the socket that freezes is overtaken, and follows when it thaws', async ({
  backend,
  browser,
  context,
}) => {
  const rounds = repeats(1, 30);
  test.setTimeout(90_000 + rounds * (MISSED_MS + 20_000));
  await context.addInitScript(() => {
    window.steals = [];
    // An empty page has no locks.
    if (!('locks' in navigator)) return;
    const request = LockManager.prototype.request as (...all: unknown[]) => Promise<unknown>;
    LockManager.prototype.request = function (this: LockManager, ...all: unknown[]) {
      if ((all[1] as LockOptions).steal) window.steals.push(Date.now());
      return request.apply(this, all);
    } as LockManager['request'];
  });
  const sharing = await Sharing.open(context, backend, TABS);
  const begun = Date.now();
  const took: number[] = [];

  for (let round = 0; round < rounds; round += 1) {
    const leader = await sharing.leader();
    sharing.drop(leader);
    await frozen(browser, leader.page, async () => {
      const since = Date.now();
      took.push((await sharing.nextLeader(MISSED_MS)).shownAt - since);
    });
    sharing.tabs.push(leader);
    await sharing.leader();
    await sharing.expectSockets(1);
    await sharing.expectData(Date.now());
  }
  await sharing.expectNoGaps();

  const pages = sharing.tabs.map(({ page }) => page);
  const takings = await Promise.all(pages.map((page) => page.evaluate(() => window.steals)));
  const steals = takings.flat().sort((one, other) => one - other);
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
  expect(took[0]!, 'milliseconds to live data in all others').toBeLessThanOrEqual(FROZEN_LIMIT_MS);
  const early = pauses.filter((pause) => pause < PAUSE_MS);
  expect(early, `milliseconds between two takings that came too soon, of ${pauses.join(' ')}`).toEqual([]);
  expect(steals.length, `takings in ${rounds} rounds`).toBeLessThanOrEqual(rounds);
  expect(chatter, 'notices of one tab in a second').toBeLessThan(CHATTER);
});
