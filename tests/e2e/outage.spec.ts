// The network or the server goes and comes back: the badge tells, nobody is logged out.
import { NETWORK_IS_CUT, answered } from './support/console';
import { App } from './support/pages';
import { expect, test } from './support/test';

/** Fails as soon as a dialog or the login form shows, until `work` is done. */
async function withoutLogout(app: App, work: () => Promise<void>): Promise<void> {
  const fallen = await app.page.evaluateHandle(() => {
    const seen: string[] = [];
    new MutationObserver(() => {
      const found = document.querySelector('dialog[open], [type=password]');
      if (found) seen.push(found.outerHTML.slice(0, 100));
    }).observe(document, { subtree: true, childList: true });
    return seen;
  });
  await work();
  expect(await fallen.jsonValue(), 'dialogs and login forms that showed').toEqual([]);
}

test('the network is cut for 10 s', async ({ context, page, watch }) => {
  watch.expect(...NETWORK_IS_CUT);
  const app = new App(page);
  await app.logIn();
  await app.expectMoreUpdates();

  await withoutLogout(app, async () => {
    const begun = Date.now();
    await context.setOffline(true);
    await app.expectBadge('Offline');
    await expect.poll(() => Date.now() - begun, { timeout: 15_000 }).toBeGreaterThan(10_000);
    await app.expectBadge('Offline');
    await context.setOffline(false);
    await app.expectLive();
    await app.expectMoreUpdates();
  });
});

test('the backend is killed and comes back', async ({ backend, page, watch }) => {
  watch.expect(...NETWORK_IS_CUT);
  const app = new App(page);
  await app.logIn();
  await app.expectMoreUpdates();
  const load = await app.load();

  await withoutLogout(app, async () => {
    await backend.kill();
    await app.expectBadge('Reconnecting');
    await backend.restart();
    await app.expectLive();
    await app.expectMoreUpdates();
  });
  expect(await app.load()).toBe(load);

  await test.step('and the session lives on the server, too', async () => {
    await page.reload();
    await app.expectLive();
  });
});

test('the backend stays away for 10 s', async ({ backend, page, watch }) => {
  watch.expect(...NETWORK_IS_CUT);
  const app = new App(page);
  await app.logIn();
  await withoutLogout(app, async () => {
    const begun = Date.now();
    await backend.kill();
    await app.expectBadge('Reconnecting');
    await expect.poll(() => Date.now() - begun, { timeout: 15_000 }).toBeGreaterThan(10_000);
    await backend.restart();
    await app.expectLive();
    await app.expectMoreUpdates();
  });
});

test('the sockets break and nothing else', async ({ backend, page, watch }) => {
  watch.expect(...NETWORK_IS_CUT, answered(503));
  const app = new App(page);
  await app.logIn();
  await withoutLogout(app, async () => {
    await backend.demo('drop-sockets');
    await expect.poll(() => page.evaluate(() => window.probe.sockets)).toBe(2);
    await app.expectLive();
    await app.expectMoreUpdates();
  });
});
