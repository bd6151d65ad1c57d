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

/** Stops the process of a page, does something, and lets the page go on. */
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

/** Has the page work for a while and sees which process did. */
async function processOf(browser: Browser, page: Page): Promise<number> {
  const before = await rendererTimes(browser);
  await page.evaluate(() => {
    const end = performance.now() + 500;
    while (performance.now() < end);
  });
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
