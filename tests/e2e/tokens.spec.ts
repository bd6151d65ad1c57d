// Access tokens that live for 5 s: the socket outlives a dozen of them.
import { App } from './support/pages';
import { report } from './support/figures';
import { expect, test } from './support/test';

test.use({ flags: '--access-token-lifetime 5s' });

test('one socket stays open for a minute, and no update is missing', async ({ page }) => {
  test.setTimeout(120_000);
  const [sent, seqs]: [string[], number[]] = [[], []];
  let [sockets, closed] = [0, 0];
  page.on('websocket', (socket) => {
    sockets += 1;
    socket.on('close', () => (closed += 1));
    socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)).type));
    socket.on('framereceived', ({ payload }) => {
      const message = JSON.parse(String(payload));
      if (message.type === 'DATA_UPDATE') seqs.push(message.seq);
    });
  });

  const app = new App(page);
  await app.logIn();
  const begun = Date.now();
  await expect
    .poll(
      () => {
        expect([sockets, closed], 'sockets opened and closed').toEqual([1, 0]);
        return Date.now() - begun;
      },
      { timeout: 90_000 },
    )
    .toBeGreaterThan(60_000);
  await app.expectLive();

  const refreshes = sent.filter((type) => type === 'auth_refresh').length;
  expect(refreshes).toBeGreaterThanOrEqual(8);
  const gaps = seqs.slice(1).filter((seq, index) => seq !== seqs[index]! + 1);
  expect(gaps, 'updates that do not follow the one before').toEqual([]);
  expect(seqs.length).toBeGreaterThanOrEqual(55);
  await report('tokens handed to one socket in a minute', String(refreshes), 'at least 8');
  await report('gaps in the updates of that minute', `${gaps.length} of ${seqs.length}`, '0');
});
