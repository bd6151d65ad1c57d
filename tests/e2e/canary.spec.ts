// The access token leaves the memory of the page only towards the server: a search everywhere else.
import type { Page, Request, Response } from '@playwright/test';
import { answered } from './support/console';
import { App, PAGES } from './support/pages';
import { Sharing, takeAway } from './support/sharing';
import { expect, test } from './support/test';

declare global {
  interface Window {
    /** All that the page wrote into storage. */
    written: string[];
  }
}

test.use({ flags: '--access-token-lifetime 5s --log-level trace' });

test('the access token appears in no storage, address, document, console, channel or log', async ({
  backend,
  context,
  page,
  watch,
}) => {
  watch.expect(answered(401));
  const tokens = new Set<string>();
  const seen: { where: string; text: string }[] = [];
  let refreshes = 0;
  const reading: Promise<unknown>[] = [];
  const readToken = async (answer: Response) => {
    if (!/\/api\/auth\/(login|refresh)$/.test(answer.url()) || !answer.ok()) return;
    const { accessToken } = (await answer.json()) as { accessToken: string };
    tokens.add(accessToken);
    refreshes += Number(answer.url().endsWith('refresh'));
  };
  const readRequest = async (request: Request) => {
    seen.push({ where: 'address', text: request.url() });
    const { authorization: _, ...headers } = await request.allHeaders();
    seen.push({ where: 'headers', text: JSON.stringify(headers) });
    seen.push({ where: 'body', text: request.postData() ?? '' });
  };
  context.on('response', (answer) => reading.push(readToken(answer)));
  context.on('request', (request) => reading.push(readRequest(request)));
  page.on('websocket', (socket) => seen.push({ where: 'socket address', text: socket.url() }));

  const app = new App(page);
  const search = async () => seen.push(...(await everything(page)));
  await app.logIn();
  for (const name of PAGES) {
    await app.open(name);
    await search();
  }
  await app.openNote();
  await app.noteText.fill('a draft');
  await search();
  const copied = JSON.stringify(await app.timeline());
  seen.push({ where: 'exported timeline', text: copied });
  await expect.poll(() => refreshes, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  await search();

  await backend.demo('expire');
  await expect(app.expired).toBeVisible();
  await search();
  await app.logInAgain();
  await app.expectLive();
  await search();
  await app.logOutButton.click();
  await app.expectLoginPage();
  await search();

  await Promise.all(reading);
  seen.push({ where: 'console', text: watch.lines.join('\n') });
  seen.push({ where: 'backend log', text: backend.log });
  expect(backend.log, 'the backend logs').toContain('logged_in');
  expect(tokens.size).toBeGreaterThanOrEqual(4);
  for (const token of tokens) {
    // The last part of a JWT is what makes it a credential.
    const secret = token.split('.').at(-1)!;
    expect(secret.length).toBeGreaterThan(20);
    const leaks = seen.filter(({ text }) => text.includes(secret) || text.includes(token));
    expect(leaks, 'where the token was found').toEqual([]);
  }
});

/** Everything in the page that outlives a function or that others can read. */
async function everything(page: Page): Promise<{ where: string; text: string }[]> {
  return page.evaluate(async () => {
    const inputs = document.querySelectorAll<HTMLInputElement>('input, textarea, select');
    return [
      { where: 'local storage', text: JSON.stringify({ ...localStorage }) },
      { where: 'session storage', text: JSON.stringify({ ...sessionStorage }) },
      { where: 'databases', text: JSON.stringify(await indexedDB.databases()) },
      { where: 'caches', text: JSON.stringify(await caches.keys()) },
      { where: 'cookies', text: document.cookie },
      { where: 'document', text: document.documentElement.outerHTML },
      { where: 'inputs', text: [...inputs].map((input) => input.value).join('\n') },
      { where: 'page address', text: `${location.href} ${document.referrer} ${window.name}` },
      { where: 'history', text: JSON.stringify(history.state) },
      { where: 'broadcasts', text: window.probe.broadcasts.join('\n') },
    ];
  });
}

for (const missing of [[], ['BroadcastChannel']] as const) {
  const how = missing.length > 0 ? 'through storage' : 'on the channel';
  test(`tabs that tell each other ${how} never tell a token`, async ({ backend, context, watch }) => {
    watch.expect(answered(401));
    const tokens = new Set<string>();
    const reading: Promise<unknown>[] = [];
    context.on('response', (answer) => {
      if (!/\/api\/auth\/(login|refresh)$/.test(answer.url()) || !answer.ok()) return;
      // A tab may be gone before its answer is read.
      const read = answer.json().then(({ accessToken }) => tokens.add(accessToken));
      reading.push(read.catch(() => {}));
    });
    // A notice that goes through storage is removed as soon as it is written.
    await context.addInitScript(() => {
      window.written = [];
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (key: string, value: string) {
        window.written.push(`${key} ${value}`);
        setItem.call(this, key, value);
      };
    });
    await takeAway(context, missing);
    const sharing = await Sharing.open(context, backend, 3);
    const told: string[] = [];
    const listen = async () => {
      for (const { page } of sharing.tabs) {
        told.push(...(await page.evaluate(() => [...window.probe.broadcasts, ...window.written])));
      }
    };

    await expect.poll(() => tokens.size, { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
    await listen();
    const leader = await sharing.leader();
    sharing.drop(leader);
    await leader.page.close();
    await sharing.leader();
    await sharing.expectData(Date.now());
    await backend.demo('expire');
    for (const app of sharing.tabs) await expect(app.expired).toBeVisible();
    await sharing.tabs[0]!.logInAgain();
    for (const app of sharing.tabs) await app.expectLive();
    await listen();

    await Promise.all(reading);
    expect(told.filter((text) => text.includes('"leading')).length, 'notices were read').toBeGreaterThan(0);
    for (const token of tokens) {
      const secret = token.split('.').at(-1)!;
      expect(told.filter((text) => text.includes(secret))).toEqual([]);
    }
  });
}

test('the search finds what it looks for', async ({ page }) => {
  const app = new App(page);
  await app.logIn();
  await page.evaluate(() => localStorage.setItem('planted', 'canary'));
  const found = (await everything(page)).filter(({ text }) => text.includes('canary'));
  expect(found.map(({ where }) => where)).toEqual(['local storage']);
});

test('scripts see no cookie, and the refresh token is in no body', async ({ page }) => {
  const login = page.waitForResponse((answer) => answer.url().endsWith('/api/auth/login'));
  const app = new App(page);
  await app.logIn();
  const answer = await login;
  const cookie = (await answer.allHeaders())['set-cookie'] ?? '';
  expect(cookie).toMatch(/^__Host-/);
  for (const flag of ['Secure', 'HttpOnly', 'SameSite=Strict', 'Path=/']) {
    expect(cookie).toContain(flag);
  }
  const secret = cookie.split(';')[0]!.split('=').slice(1).join('=');
  expect(await answer.text()).not.toContain(secret);
  expect(await page.evaluate(() => document.cookie)).toBe('');
});
