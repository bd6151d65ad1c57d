// The tab with the socket goes without a word: its process dies.
import { judged, report } from './support/figures';
import { crash } from './support/processes';
import { Sharing, repeats } from './support/sharing';
import { expect, test } from './support/test';

const TABS = 10;
const ROUNDS = 20;

test('a crash: the others go on, and miss nothing', async ({ backend, context }) => {
  const rounds = repeats(2, ROUNDS);
  test.setTimeout(60_000 + rounds * 20_000);
  const sharing = await Sharing.open(context, backend, TABS);
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const leader = await sharing.leader();
    sharing.drop(leader);
    const crashed = Date.now();
    await crash(leader.page);
    took.push((await sharing.nextLeader(crashed)).shownAt - crashed);
    await sharing.expectSockets(1);
    await sharing.add();
  }
  await sharing.expectData(Date.now());
  await sharing.expectNoGaps();
  const { name, value } = judged(took, ROUNDS);
  await report(`${TABS} tabs, socket's tab crashed ${rounds} times: updates in all, ${name}`, `${value} ms`, '2000 ms');
  expect(value, 'milliseconds to live data in all tabs').toBeLessThanOrEqual(2_000);
});
