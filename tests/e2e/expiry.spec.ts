// The end of a session, told a thousand times by everyone who knows: it happens once.
import type { Page, Route, WebSocketRoute } from '@playwright/test';
import { answered } from './support/console';
import { App, times } from './support/pages';
import { expect, test } from './support/test';

const EXPIRED = JSON.stringify({
  type: 'SESSION_EXPIRED',
  reason: 'SESSION_TIMEOUT',
  message: 'The session has ended.',
});
const UNAUTHORIZED = {
  status: 401,
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'about:blank', status: 401, code: 'session_expired' }),
};

/** A page of the same origin that is no app, listening to the tabs. */
async function listener(page: Page): Promise<() => Promise<{ type: string }[]>> {
  await page.goto('/healthz');
  const heard = await page.evaluateHandle(() => {
    const heard: unknown[] = [];
    const channel = new BroadcastChannel('leptos-session.default');
    channel.onmessage = (event) => heard.push(JSON.parse(event.data));
    return Object.assign(heard, { channel });
  });
  return () => heard.evaluate((heard) => [...heard]) as Promise<{ type: string }[]>;
}

test('a thousand messages, ten 401s and a close give one dialog, one cleanup, one notice', async ({
  context,
  page,
  watch,
}) => {
  watch.expect(answered(401, '/api/'));
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket('**/ws', (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  const notices = await listener(await context.newPage());
  // A tab in the background draws once a second.
  await page.bringToFront();
  const app = new App(page);
  await app.logIn();
  const dialogs = await page.evaluateHandle(() => {
    const seen = new Set<Element>();
    new MutationObserver(() => {
      for (const dialog of document.querySelectorAll('dialog')) seen.add(dialog);
    }).observe(document, { subtree: true, childList: true });
    return seen;
  });

  const held = await holdTenRequests(page, app);
  const before = await notices();
  for (let repeat = 0; repeat < 1000; repeat += 1) sockets[0]!.send(EXPIRED);
  const answers = held.map((route) => route.fulfill(UNAUTHORIZED).catch(() => {}));
  await sockets[0]!.close({ code: 1008, reason: 'SESSION_TIMEOUT' });
  await Promise.all(answers);
  await expect(app.expired).toBeVisible();
  await expect(page.locator('dialog')).toHaveCount(1);
  await page.unroute('**/api/**');

  await app.logInAgain();
  await expect(app.expired).toHaveCount(0);
  await app.expectLive();
  expect(sockets, 'no attempt between the expiry and the login').toHaveLength(2);
  expect(await dialogs.evaluate((seen) => seen.size), 'dialogs that were ever mounted').toBe(1);

  const timeline = await app.timeline();
  expect(times(timeline, 'ClearProtectedState')).toBe(1);
  expect(times(timeline, 'NotifyTabs', 'expired')).toBe(1);
  const ofLife = ['expired', 'logged_in', 'logged_out'];
  const heard = (await notices()).slice(before.length).map(({ type }) => type);
  expect(heard.filter((type) => ofLife.includes(type))).toEqual(['expired', 'logged_in']);
});

/** Has the app make ten requests and keeps their answers back. */
async function holdTenRequests(page: Page, app: App): Promise<Route[]> {
  const held: Route[] = [];
  await page.route('**/api/**', (route) => void held.push(route));
  for (let visits = 0; visits < 5; visits += 1) {
    await app.open('Notes');
    await app.open('Devices');
  }
  await expect.poll(() => held.length).toBeGreaterThanOrEqual(10);
  return held;
}

for (const [how, act] of [
  ['the message alone', (socket: WebSocketRoute) => socket.send(EXPIRED)],
  ['the close code alone', (socket: WebSocketRoute) => socket.close({ code: 1008, reason: 'SESSION_TIMEOUT' })],
] as const) {
  test(`${how} is enough`, async ({ page }) => {
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket('**/ws', (socket) => {
      socket.connectToServer();
      sockets.push(socket);
    });
    const app = new App(page);
    await app.logIn();
    await act(sockets[0]!);
    await expect(app.expired).toContainText('because you were not active');
    await app.logInAgain();
    await app.expectLive();
    await app.expectMoreUpdates();
  });
}

test('a wrong password in the dialog is told, and the dialog stays', async ({
  backend,
  page,
  watch,
}) => {
  watch.expect(answered(401, '/api/auth/login'));
  const app = new App(page);
  await app.logIn('/settings');
  await backend.demo('expire');
  await app.logInAgain('not-the-password');
  await expect(app.expired.getByRole('alert')).toContainText('do not match');
  await app.logInAgain();
  await expect(app.expired).toHaveCount(0);
  await app.expectHeading('Settings');
});

test('the focus returns to where it was', async ({ backend, page }) => {
  const app = new App(page);
  await app.logIn();
  await app.openNote();
  await app.noteText.fill('one two three');
  await app.noteText.evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(4, 7));
  await app.noteText.focus();
  await backend.demo('expire');
  await expect(app.expired).toBeVisible();
  await expect(app.expired.getByLabel('Password', { exact: true })).toBeFocused();
  await app.logInAgain();
  await expect(app.noteText).toHaveValue('one two three');
  await expect(app.noteText).toBeFocused();
  const caret = (field: HTMLTextAreaElement) => [field.selectionStart, field.selectionEnd];
  expect(await app.noteText.evaluate(caret)).toEqual([4, 7]);
});
