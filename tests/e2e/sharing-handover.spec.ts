// Ten tabs have one socket, and when the tab that has it goes, another goes on where it stopped.
import { judged, report } from './support/figures';
import { expect, test } from './support/test';
import { Sharing, repeats } from './support/sharing';

const TABS = 10;
const ROUNDS = 20;
const LIMIT_MS = 2_000;

test('the tab with the socket is closed: the others miss nothing', async ({ backend, context }) => {
  const rounds = repeats(3, ROUNDS);
  test.setTimeout(60_000 + rounds * 15_000);
  const sharing = await Sharing.open(context, backend, TABS);
  await sharing.expectSockets(1);
  const took = { leader: [] as number[], data: [] as number[] };

  for (let round = 1; round <= rounds; round += 1) {
    const leader = await sharing.leader();
    sharing.drop(leader);
    const closed = Date.now();
    await leader.page.close();
    const { ledAt, shownAt } = await sharing.nextLeader(closed);
    took.leader.push(ledAt - closed);
    took.data.push(shownAt - closed);
    await sharing.expectSockets(1);
    await sharing.add();
  }

  await sharing.expectData(Date.now());
  await sharing.expectNoGaps();
  const limit = `${LIMIT_MS} ms`;
  const name = `${TABS} tabs, socket's tab closed ${rounds} times: updates in`;
  const [leader, data] = [judged(took.leader, ROUNDS), judged(took.data, ROUNDS)];
  await report(`${name} its successor, ${leader.name}`, `${leader.value} ms`, limit);
  await report(`${name} all, ${data.name}`, `${data.value} ms`, limit);
  expect(data.value, 'milliseconds to live data in all tabs').toBeLessThanOrEqual(LIMIT_MS);
});
