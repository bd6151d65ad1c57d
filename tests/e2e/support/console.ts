// Fails a test for every warning and error on the console, every uncaught exception, and every
// violation of the content security policy, unless the test announced it.
import { expect, type BrowserContext } from '@playwright/test';

export class ConsoleWatch {
  /** Every line, for those who search it. */
  readonly lines: string[] = [];
  private readonly complaints: string[] = [];
  private readonly announced: RegExp[] = [];
  private over = false;

  /** Announces lines that belong to what the test does, such as the browser's own report of a 401. */
  expect(...patterns: RegExp[]): void {
    this.announced.push(...patterns);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on('console', (message) => {
      const line = `${message.type()}: ${message.text()} (${message.location().url})`;
      if (this.over) return;
      this.lines.push(line);
      if (['warning', 'error', 'assert'].includes(message.type())) this.complaints.push(line);
    });
    context.on('weberror', (event) => {
      if (!this.over) this.complaints.push(`exception: ${event.error().stack}`);
    });
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`CSP violation: ${event.violatedDirective} by ${event.blockedURI}`);
      });
    });
  }

  /** The pages are about to be closed: a tab that takes over from another just then is cut short. */
  stop(): void {
    this.over = true;
  }

  verify(): void {
    const unexpected = this.complaints.filter(
      (line) => !this.announced.some((pattern) => pattern.test(line)),
    );
    expect(unexpected, 'the browser console').toEqual([]);
  }
}

/** The browser's own line for an answer with this status. */
export const answered = (status: number, path = '') =>
  new RegExp(`Failed to load resource: the server responded with a status of ${status} .*${path}`);

/** The browser's own lines while the server cannot be reached. */
export const NETWORK_IS_CUT = [
  /Failed to load resource: net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|NETWORK_CHANGED|EMPTY_RESPONSE|CONNECTION_RESET)/,
  /WebSocket connection to '[^']*' failed/,
];
