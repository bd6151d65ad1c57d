// Both clocks of a page, to be moved by tests: a machine that sleeps, a person who sets the time.
import type { BrowserContext, Page } from '@playwright/test';

export const HOUR = 3_600_000;

declare global {
  interface Window {
    /** Milliseconds that each clock is ahead of the real one. */
    clocks: { wall: number; monotonic: number };
  }
}

/** Installs the clocks in every page of this context; each page load begins with the real time. */
export async function installClocks(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const wall = Date.now.bind(Date);
    const monotonic = performance.now.bind(performance);
    window.clocks = { wall: 0, monotonic: 0 };
    Date.now = () => wall() + window.clocks.wall;
    performance.now = () => monotonic() + window.clocks.monotonic;
  });
}

/** Moves the wall clock alone, as sleep does on systems whose monotonic clock stands still. */
export async function moveWallClock(page: Page, by: number): Promise<void> {
  await page.evaluate((by) => void (window.clocks.wall += by), by);
}

/** Moves both clocks, as sleep does on systems whose monotonic clock goes on. */
export async function moveBothClocks(page: Page, by: number): Promise<void> {
  await page.evaluate((by) => {
    window.clocks.wall += by;
    window.clocks.monotonic += by;
  }, by);
}
