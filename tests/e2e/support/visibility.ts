// Pages that nobody sees. In headless Chrome each counts as visible, so a page is told otherwise.
import type { BrowserContext, Page } from '@playwright/test';

declare global {
  interface Window {
    /** Whether somebody sees this page. */
    seen: boolean;
  }
}

/** Installs the switch in every page of this context; each page load begins visible. */
export async function installVisibility(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    window.seen = true;
    const define = (name: string, get: () => unknown) =>
      Object.defineProperty(Document.prototype, name, { get, configurable: true });
    define('visibilityState', () => (window.seen ? 'visible' : 'hidden'));
    define('hidden', () => !window.seen);
  });
}

export async function setVisible(page: Page, visible: boolean): Promise<void> {
  await page.evaluate((visible) => {
    window.seen = visible;
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, visible);
}
