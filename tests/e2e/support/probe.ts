// What tests measure inside a page, on the page's own clock. Installed before any other script.
import type { BrowserContext, Page } from '@playwright/test';

export interface Probe {
  /** New for each page load. */
  readonly load: string;
  /** Sockets that were constructed since. */
  sockets: number;
  /** States of those sockets, in order of construction. */
  states(): number[];
  /** Milliseconds from each expiry message to its dialog in the document. */
  inDocument: number[];
  /** Milliseconds from each expiry message to its dialog open, focused and laid out. */
  open: number[];
  /** What was sent over any broadcast channel. */
  broadcasts: string[];
  /** Wall time at which the expired dialog last came. */
  expiredAt: number;
  /** Wall time of the latest click. */
  clickedAt: number;
}

declare global {
  interface Window {
    probe: Probe;
  }
}

export async function installProbe(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const sockets: WebSocket[] = [];
    let heard: number | undefined;
    const probe: Probe = {
      load: Math.random().toString(36),
      sockets: 0,
      states: () => sockets.map((socket) => socket.readyState),
      inDocument: [],
      open: [],
      broadcasts: [],
      expiredAt: 0,
      clickedAt: 0,
    };
    window.probe = probe;

    // The first listener of each socket, so that the clock starts before the app hears anything.
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols ?? []);
        probe.sockets += 1;
        sockets.push(this);
        this.addEventListener('message', (event) => {
          if (String(event.data).includes('SESSION_EXPIRED')) heard ??= performance.now();
        });
      }
    };

    const post = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (message: unknown) {
      probe.broadcasts.push(JSON.stringify(message));
      post.call(this, message);
    };

    // A dialog is in the document when it is shown as modal, or the call would throw.
    const show = HTMLDialogElement.prototype.showModal;
    HTMLDialogElement.prototype.showModal = function () {
      const called = performance.now();
      show.call(this);
      if (this.id !== 'session-expired') return;
      probe.expiredAt = Date.now();
      if (heard === undefined) return;
      probe.inDocument.push(called - heard);
      probe.open.push(performance.now() - heard);
      heard = undefined;
    };

    document.addEventListener('click', () => (probe.clickedAt = Date.now()), true);
  });
}

/**
 * Watches for this many seconds that the page opens no socket and calls nothing, and fails at once
 * when it does.
 */
export async function observeSilence(page: Page, seconds: number): Promise<void> {
  const calls: string[] = [];
  const note = (request: { method(): string; url(): string }) =>
    calls.push(`${request.method()} ${request.url()}`);
  page.on('request', note);
  try {
    const begun = Date.now();
    const before = await page.evaluate(() => window.probe.sockets);
    while (Date.now() - begun < seconds * 1000) {
      const opened = await page.evaluate(
        (before) =>
          new Promise<number>((resolve) => {
            const end = performance.now() + 250;
            const look = () =>
              window.probe.sockets !== before || performance.now() > end
                ? resolve(window.probe.sockets - before)
                : setTimeout(look, 25);
            look();
          }),
        before,
      );
      if (opened > 0) throw new Error(`${opened} socket(s) were opened`);
      if (calls.length > 0) throw new Error(`calls were made: ${calls.join(', ')}`);
    }
  } finally {
    page.off('request', note);
  }
}
