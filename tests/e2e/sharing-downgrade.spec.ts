// A browser without a channel, without locks, without storage: tabs share less, and stay right.
import { answered } from './support/console';
import { App } from './support/pages';
import { crash } from './support/processes';
import { PARTS, takeAway } from './support/sharing';
import { expect, test } from './support/test';

const COMBINATIONS = Array.from({ length: 8 }, (_, bits) => PARTS.filter((_, index) => bits & (1 << index)));

for (const missing of COMBINATIONS) {
  const name = missing.length > 0 ? `without ${missing.join(', ')}` : 'with everything';
  const tell = !missing.includes('BroadcastChannel') || !missing.includes('localStorage');
  const exclude = !missing.includes('locks') || !missing.includes('localStorage');
  const share = tell && exclude;

  test(`two tabs ${name}`, async ({ backend, context, page, watch }) => {
    // A tab that nobody tells finds out by a refresh.
    watch.expect(answered(401, '/api/'));
    await takeAway(context, missing);
    const one = new App(page);
    let other = new App(await context.newPage());
    const sockets = () => backend.metric('open_sockets');

    await test.step('a login in one is a session in the other', async () => {
      await one.logIn();
      await other.page.goto('/');
      for (const app of [one, other]) await app.expectLive();
      await Promise.all([one, other].map((app) => app.expectMoreUpdates()));
      expect(await sockets()).toBe(share ? 1 : 2);
    });

    await test.step('what one saves, the other finds', async () => {
      await page.bringToFront();
      await one.openNote();
      await one.noteText.fill(name);
      await one.save();
      await other.page.bringToFront();
      await other.openNote();
      await expect(other.noteText).toHaveValue(name);
    });

    await test.step('the tab that came first goes, and the other goes on', async () => {
      await page.close();
      await other.open('Dashboard');
      await other.expectLive();
      await other.expectMoreUpdates();
      await expect.poll(sockets).toBe(1);
    });

    await test.step('a tab whose process dies leaves the others their session', async () => {
      const third = new App(await context.newPage());
      await third.page.goto('/');
      await third.expectLive();
      await third.expectMoreUpdates();
      await crash(other.page);
      // A lease outlives its holder by some seconds.
      await third.expectMoreUpdates(2, 20_000);
      await expect.poll(sockets, { timeout: 20_000 }).toBe(1);
      other = third;
    });

    const again = new App(await context.newPage());
    await test.step('a logout in one ends the other', async () => {
      await again.page.goto('/');
      await again.expectLive();
      await again.logOutButton.click();
      await again.expectLoginPage();
      await other.expectLoginPage();
      await expect.poll(sockets).toBe(0);
    });

    await test.step('a login, and an expiry ends both', async () => {
      await again.submitLogin();
      await again.expectLive();
      if (!tell) await other.page.reload();
      await other.expectLive();
      await backend.demo('expire');
      for (const app of [again, other]) await expect(app.expired).toBeVisible();
      await expect.poll(sockets).toBe(0);
    });
  });
}
