// What goes over the wire between a page and its backend, kept back or counted.
import type { Page, Request } from '@playwright/test';

/** Keeps whatever the server says of the session over HTTP back until the test lets it go. */
export class HeldQuestions {
  /** How often the page asked how the session is. */
  asked = 0;
  private go = () => {};
  private readonly gone = new Promise<void>((resolve) => (this.go = resolve));

  static async on(page: Page): Promise<HeldQuestions> {
    const held = new HeldQuestions();
    await page.route('**/api/session', async (route) => {
      held.asked += 1;
      await held.gone;
      await route.continue();
    });
    await page.route('**/api/auth/refresh', async (route) => {
      await held.gone;
      await route.continue();
    });
    return held;
  }

  release(): void {
    this.go();
  }
}

/** A socket whose messages a test can hold back, as those of a machine that sleeps. */
export async function deafenable(page: Page): Promise<{ deaf: boolean }> {
  const ear = { deaf: false };
  await page.routeWebSocket('**/ws', (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => server.send(message));
    server.onMessage((message) => void (ear.deaf || socket.send(message)));
    server.onClose((code, reason) => void (ear.deaf || socket.close({ code, reason })));
  });
  return ear;
}

/** Lists the calls that a page makes of the backend, as `POST /api/auth/logout`. */
export function callsOf(page: Page): string[] {
  const calls: string[] = [];
  page.on('request', (request: Request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) calls.push(`${request.method()} ${pathname}`);
  });
  return calls;
}
