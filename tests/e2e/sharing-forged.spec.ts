// Whatever a stranger in the same origin says on the channel: nothing changes, or the server is asked.
import type { Page } from '@playwright/test';
import { answered } from './support/console';
import { times } from './support/pages';
import { CHANNEL, Sharing } from './support/sharing';
import { expect, test } from './support/test';
import { callsOf } from './support/wire';

/** Everything that somebody who looks at a tab would notice. */
const looks = (page: Page) =>
  page.evaluate(() => ({
    address: location.href,
    badge: document.querySelector('.status-badge')?.textContent,
    heading: document.querySelector('h1')?.textContent,
    dialogs: document.querySelectorAll('dialog[open], [inert]').length,
    sockets: window.probe.sockets,
    load: window.probe.load,
    kept: JSON.stringify({ ...localStorage, 'leptos-session.default.notice': undefined }),
  }));

/** The texts of all notices that a page sent. */
const heardFrom = (page: Page) =>
  page.evaluate(() => window.probe.broadcasts.map((it) => JSON.parse(it) as string));

test('forged notices of more than twenty kinds change nothing', async ({ backend, context }) => {
  const sharing = await Sharing.open(context, backend, 2);
  const [leader, follower] = [sharing.tabs[0]!, sharing.tabs[1]!];
  const before = await Promise.all(sharing.tabs.map(({ page }) => looks(page)));
  const calls = sharing.tabs.flatMap(({ page }) => [callsOf(page)]);
  const heard = await heardFrom(leader.page);

  const stranger = await context.newPage();
  await stranger.goto('/healthz');
  const [notices, strings] = await stranger.evaluate(
    ([name, heard]) => {
      const channel = new BroadcastChannel(name);
      const real = heard.map((text) => JSON.parse(text)).find(({ type }) => type === 'leading');
      const { session, sender, term, epoch } = real;
      const notice = (fields: object) =>
        JSON.stringify({ epoch, session, sender: 'stranger', seq: 1, ...fields });
      const foreign = (fields: object) => notice({ session: '42', ...fields });
      const cycle: Record<string, unknown> = {};
      cycle.itself = cycle;
      // For the probe, which writes down what is sent.
      Object.defineProperty(cycle, 'toJSON', { value: () => 'a cycle' });
      const update = { type: 'update', topic: 'system', updateSeq: 2 ** 40, after: 1, payload: { cpu: 1 } };

      // None is a string.
      const objects = [{ ...real, type: 'logged_out' }, cycle, 7, null, true, new ArrayBuffer(8), [notice({})]];
      const malformed = [
        '',
        'logged_out',
        '{"type":"logged_out"',
        `[${notice({ type: 'logged_out' })}]`,
        notice({}),
        notice({ type: 7 }),
        notice({ type: 'shut_down' }),
        notice({ type: 'logged_out', epoch: undefined }),
        notice({ type: 'logged_out', epoch: -1 }),
        notice({ type: 'logged_out', session: { toString: session } }),
        notice({ type: 'logged_out', seq: '1' }),
        notice({ type: 'leading', live: true }),
        notice({ type: 'leading', term: 1.5, live: true }),
        notice({ type: 'leading', term: term + 1, live: 'yes' }),
        notice({ type: 'logged_out', padding: 'x'.repeat(1 << 21) }),
        `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      ];
      const wellFormed = [
        foreign({ type: 'logged_out' }),
        foreign({ type: 'expired' }),
        foreign({ type: 'changed' }),
        foreign({ type: 'active' }),
        foreign({ type: 'leading', term: term + 1, live: true, visible: true }),
        foreign({ type: 'resigned', term, to: 'stranger' }),
        foreign({ ...update, term }),
        // Of this session: not by its leader, or long known.
        notice({ ...update, term, seq: 2 }),
        notice({ type: 'leading', term: 0, live: true, visible: true, seq: 3 }),
        notice({ type: 'resigned', term: 0, to: sender, seq: 4 }),
        notice({ type: 'unwanted', topic: 'another', seq: 5 }),
        notice({ type: 'logged_out', sender, seq: 1 }),
        notice({ type: 'logged_in', seq: 6 }),
      ];
      const all = [...objects, ...malformed, ...wellFormed];
      for (const message of all) channel.postMessage(message);
      return [all.length, objects.length + malformed.length] as const;
    },
    [CHANNEL, heard] as const,
  );
  expect(notices).toBeGreaterThan(20);

  await follower.expectMoreUpdates();
  await sharing.expectData(Date.now());
  await sharing.expectNoGaps();
  expect(await Promise.all(sharing.tabs.map(({ page }) => looks(page)))).toEqual(before);
  expect(calls.flat(), 'calls of the server').toEqual([]);
  await sharing.expectSockets(1);
  for (const app of sharing.tabs) {
    await app.page.bringToFront();
    const refused = (await app.timeline()).filter(({ name }) => name === 'TabNoticeRefused');
    expect(refused.reduce((sum, { count }) => sum + count, 0), 'refused notices').toBe(strings);
  }
});

test('forged news of the session only ask the server', async ({ backend, context }) => {
  const sharing = await Sharing.open(context, backend, 2);
  const heard = await heardFrom(sharing.tabs[0]!.page);
  const stranger = await context.newPage();
  await stranger.goto('/healthz');
  for (const [seq, type] of ['expired', 'changed'].entries()) {
    await stranger.evaluate(
      ([name, heard, type, seq]) => {
        const real = heard.map((text) => JSON.parse(text)).find(({ type }) => type === 'leading');
        const forged = { type, epoch: real.epoch, session: real.session, sender: 'stranger', seq: seq + 1 };
        new BroadcastChannel(name).postMessage(JSON.stringify(forged));
      },
      [CHANNEL, heard, type, seq] as const,
    );
    await sharing.expectData(Date.now() + 1_000);
  }
  for (const app of sharing.tabs) {
    await app.expectLive();
    await expect(app.page.getByRole('alertdialog')).toHaveCount(0);
  }
  await sharing.expectNoGaps();
  for (const app of sharing.tabs) {
    await app.page.bringToFront();
    expect(times(await app.timeline(), 'AskSession')).toBeGreaterThan(0);
  }
});

test('a forged login gives a page nothing', async ({ backend, context, page, watch }) => {
  watch.expect(answered(401, '/api/auth/refresh'));
  const sharing = await Sharing.open(context, backend, 2);
  const [one, other] = [sharing.tabs[0]!, sharing.tabs[1]!];
  await one.logOutButton.click();
  for (const app of sharing.tabs) await app.expectLoginPage();
  const calls = callsOf(other.page);
  await page.goto('/healthz');
  await page.evaluate((name) => {
    const forged = { type: 'logged_in', epoch: 9, session: '42', sender: 'stranger', seq: 1 };
    new BroadcastChannel(name).postMessage(JSON.stringify(forged));
  }, CHANNEL);
  await expect.poll(() => calls).toContain('POST /api/auth/refresh');
  for (const app of sharing.tabs) await app.expectLoginPage();
  await sharing.expectSockets(0);
});
