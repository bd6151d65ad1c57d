// A hundred requests of five tabs are refused at once: one rotation, and every request is answered.
import type { Page, Route } from '@playwright/test';
import { answered } from './support/console';
import { report } from './support/figures';
import { Sharing, repeats } from './support/sharing';
import { expect, test } from './support/test';

const TABS = 5;
const REQUESTS_A_TAB = 20;
const ALL = TABS * REQUESTS_A_TAB;
/** Less than this after a rotation the server does not rotate. */
const GRACE_SECONDS = 5;

test.use({ flags: `--allow-short-limits --refresh-grace ${GRACE_SECONDS}s` });

/** Devices that exist nowhere: what a page ends, this ends, after it refused the token once. */
class Devices {
  answered = 0;
  failed = 0;
  private held: Route[] = [];
  private readonly tokens = new Map<string, string>();

  async serve(page: Page, tab: number): Promise<void> {
    const name = (device: number) => `${tab}-${device}`;
    const list = Array.from({ length: REQUESTS_A_TAB }, (_, device) => ({
      id: name(device),
      userAgent: 'a browser',
      lastActiveSecondsAgo: 60,
      current: false,
    }));
    await page.route('**/api/sessions', (route) => route.fulfill({ json: list }));
    await page.route('**/api/sessions/*', (route) => this.end(route));
  }

  /** Refuses when all have come, so that no tab has a new token before the last one asks. */
  private async end(route: Route): Promise<void> {
    const id = route.request().url();
    const token = route.request().headers()['authorization'] ?? '';
    const refused = this.tokens.get(id);
    if (refused === undefined) {
      this.tokens.set(id, token);
      this.held.push(route);
      if (this.held.length < ALL) return;
      const all = this.held.splice(0);
      await Promise.all(all.map((held) => refuse(held)));
    } else if (token === refused) {
      this.failed += 1;
      await refuse(route);
    } else {
      this.answered += 1;
      await route.fulfill({ status: 204 });
    }
  }

  again(): void {
    this.answered = 0;
    this.tokens.clear();
  }
}

const refuse = (route: Route) =>
  route.fulfill({ status: 401, contentType: 'application/problem+json', body: '{"code":"token_expired"}' });

test('100 refused requests in five tabs', async ({ backend, context, watch }) => {
  const rounds = repeats(3, 20);
  test.setTimeout(60_000 + rounds * 15_000);
  watch.expect(answered(401, '/api/sessions/'));
  const sharing = await Sharing.open(context, backend, TABS);
  const devices = new Devices();
  for (const [tab, app] of sharing.tabs.entries()) await devices.serve(app.page, tab);
  const counts = async () => ({
    rotations: await backend.metric('rotations_total'),
    calls: await backend.metric('refreshes_total'),
  });
  let quietAt = Date.now() + GRACE_SECONDS * 1000;
  const rotations: number[] = [];
  const calls: number[] = [];

  for (let round = 0; round < rounds; round += 1) {
    devices.again();
    for (const app of sharing.tabs) {
      await app.page.bringToFront();
      await app.open('Devices');
      await expect(app.page.getByRole('button', { name: 'End session' })).toHaveCount(REQUESTS_A_TAB);
    }
    await new Promise((resolve) => setTimeout(resolve, quietAt - Date.now()));
    const before = await counts();
    const clickAll = () => {
      const buttons = [...document.querySelectorAll<HTMLElement>('.rows button')];
      for (const button of buttons) button.click();
    };
    await Promise.all(sharing.tabs.map(({ page }) => page.evaluate(clickAll)));
    await expect.poll(() => devices.answered, { timeout: 20_000 }).toBe(ALL);
    const after = await counts();
    quietAt = Date.now() + GRACE_SECONDS * 1000;
    rotations.push(after.rotations - before.rotations);
    calls.push(after.calls - before.calls);
    for (const app of sharing.tabs) await app.open('Dashboard');
  }

  const most = (numbers: number[]) => String(Math.max(...numbers));
  const name = `${ALL} refused requests in ${TABS} tabs, ${rounds} times:`;
  await report(`${name} rotations at most`, most(rotations), '1');
  await report(`${name} refresh calls at most`, most(calls), String(TABS));
  await report(`${name} requests that failed for good`, String(devices.failed), '0');
  expect(rotations).toEqual(rotations.map(() => 1));
  expect(Math.max(...calls)).toBeLessThanOrEqual(TABS);
  expect(devices.failed).toBe(0);
});
