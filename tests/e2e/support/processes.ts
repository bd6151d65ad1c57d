// The process in which a page runs: found by what it works, stopped and killed.
import type { Browser, Page } from '@playwright/test';

/** The processes that a test stopped; none stays so. */
const stopped = new Set<number>();
process.once('exit', () => stopped.forEach((id) => process.kill(id, 'SIGCONT')));

/** Ends the process of a page. */
export async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const gone = page.waitForEvent('crash');
  // It has no answer.
  session.send('Page.crash').catch(() => {});
  await gone;
}

/**
 * Stops the process of a page, does something, and lets the page go on. To find the process, the page
 * works for half a second before.
 */
export async function frozen(browser: Browser, page: Page, meanwhile: () => Promise<void>): Promise<void> {
  const id = await processOf(browser, page);
  process.kill(id, 'SIGSTOP');
  stopped.add(id);
  try {
    await meanwhile();
  } finally {
    process.kill(id, 'SIGCONT');
    stopped.delete(id);
  }
}

/** How long a page works so that its process shows. */
export const WORK_MS = 500;

/** Seconds that all renderers have worked together. */
export async function workOf(browser: Browser): Promise<number> {
  const times = await rendererTimes(browser);
  return [...times.values()].reduce((sum, time) => sum + time, 0);
}

/** Has the page work for a while and sees which process did. */
async function processOf(browser: Browser, page: Page): Promise<number> {
  const before = await rendererTimes(browser);
  await page.evaluate((time) => {
    const end = performance.now() + time;
    while (performance.now() < end);
  }, WORK_MS);
  const after = [...(await rendererTimes(browser))];
  const worked = after.map(([id, time]) => ({ id, time: time - (before.get(id) ?? 0) }));
  worked.sort((one, other) => other.time - one.time);
  return worked[0]!.id;
}

/** Seconds that each renderer has worked. */
async function rendererTimes(browser: Browser): Promise<Map<number, number>> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  return new Map(renderers.map(({ id, cpuTime }) => [id, cpuTime]));
}
