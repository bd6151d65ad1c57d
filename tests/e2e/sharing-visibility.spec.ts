// The tab that somebody looks at has the socket: it takes it from one that is hidden, and from one that
// goes somewhere else.
import { report } from './support/figures';
import { Sharing } from './support/sharing';
import { expect, test } from './support/test';
import { installVisibility, setVisible } from './support/visibility';

/** A hidden tab hands over after 5 s, to whoever asks next, once in 5 s. */
const HAND_OVER_MS = 15_000;
const LEFT_MS = 2_000;

test.beforeEach(({ context }) => installVisibility(context));

test('a hidden tab hands the socket over to the one that is seen', async ({ backend, context }) => {
  test.setTimeout(120_000);
  const sharing = await Sharing.open(context, backend, 4);
  const took: number[] = [];
  // To another tab and back again at once: the second hand-over waits for nothing of the first.
  for (const seen of [sharing.tabs[3]!, sharing.tabs[1]!]) {
    for (const app of sharing.tabs) await setVisible(app.page, app === seen);
    const since = Date.now();
    await expect
      .poll(async () => (await sharing.withSocket()).includes(seen), { intervals: [50], timeout: 30_000 })
      .toBe(true);
    took.push(Date.now() - since);
    await sharing.expectSockets(1);
    await sharing.expectData(Date.now());
  }
  await sharing.expectNoGaps();
  await report('hidden tab hands its socket over', `${Math.max(...took)} ms`, `${HAND_OVER_MS} ms`);
  expect(Math.max(...took), 'milliseconds until the tab that is seen has the socket').toBeLessThanOrEqual(
    HAND_OVER_MS,
  );
});

test('all hidden: the one that has the socket keeps it, and all are fed', async ({ backend, context }) => {
  const sharing = await Sharing.open(context, backend, 3);
  const leader = await sharing.leader();
  for (const { page } of sharing.tabs) await setVisible(page, false);
  await sharing.expectData(Date.now() + 12_000);
  expect(await sharing.leader()).toBe(leader);
  await sharing.expectNoGaps();
  await sharing.expectSockets(1);
});

test('the tab with the socket leaves the app: the others miss nothing', async ({ backend, context }) => {
  const sharing = await Sharing.open(context, backend, 4);
  const leader = await sharing.leader();
  sharing.drop(leader);
  const left = Date.now();
  await leader.page.goto('/healthz');
  const took = (await sharing.nextLeader(left)).shownAt - left;
  await sharing.expectSockets(1);
  await sharing.expectData(Date.now());
  await sharing.expectNoGaps();
  await report("socket's tab left the app: updates in all others", `${took} ms`, `${LEFT_MS} ms`);
  expect(took, 'milliseconds to live data in all others').toBeLessThanOrEqual(LEFT_MS);
});
