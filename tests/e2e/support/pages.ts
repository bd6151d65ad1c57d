// What a person does on the pages, by the names that the contract fixes.
import { expect, type Locator, type Page } from '@playwright/test';

export const USER = 'user@example.com';
export const SECOND = 'second@example.com';
export const PASSWORD = 'password';

export type Badge = 'Live' | 'Connecting' | 'Reconnecting' | 'Degraded' | 'Offline' | 'Standing by';
export const PAGES = ['Dashboard', 'Notes', 'Devices', 'Inspector', 'Settings'] as const;

/** One line of the timeline, as the inspector exports it. */
export interface TimelineEntry {
  epoch: number;
  step: number;
  kind: 'Input' | 'Ignored' | 'Transition' | 'Effect';
  name: string;
  detail: string;
  count: number;
}

export class App {
  readonly email: Locator;
  readonly password: Locator;
  readonly logInButton: Locator;
  readonly logOutButton: Locator;
  readonly badge: Locator;
  readonly updates: Locator;
  readonly warning: Locator;
  readonly timer: Locator;
  readonly expired: Locator;
  readonly cover: Locator;
  readonly noteTitle: Locator;
  readonly noteText: Locator;
  readonly newNote: Locator;
  readonly saveButton: Locator;

  constructor(readonly page: Page) {
    this.email = page.getByRole('textbox', { name: 'Email' });
    this.password = page.getByLabel('Password', { exact: true });
    this.logInButton = page.getByRole('button', { name: 'Log in', exact: true });
    this.logOutButton = page.getByRole('button', { name: 'Log out' });
    this.badge = page.locator('.status-badge[role=status]');
    this.updates = page.getByTestId('update-count');
    this.warning = page.getByRole('alertdialog', { name: 'Your session is about to expire' });
    this.timer = this.warning.getByRole('timer');
    this.expired = page.getByRole('alertdialog', { name: 'Session expired' });
    this.cover = page.locator('.session-cover [role=status]:not(:empty)');
    this.noteTitle = page.getByRole('textbox', { name: 'Title' });
    this.noteText = page.getByRole('textbox', { name: 'Text' });
    this.newNote = page.getByRole('button', { name: 'New note' });
    this.saveButton = page.getByRole('button', { name: 'Save', exact: true });
  }

  /** Logs in and waits until the socket is live. */
  async logIn(path = '/', email = USER): Promise<void> {
    await this.page.goto(path);
    await this.submitLogin(email);
    await this.expectLive();
  }

  async submitLogin(email = USER, password = PASSWORD): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.logInButton.click();
  }

  async expectBadge(text: Badge): Promise<void> {
    await expect(this.badge).toHaveText(text);
  }

  /** Waits as long as a page may wait between two attempts (30 s), and for the attempt. */
  async expectLive(): Promise<void> {
    await expect(this.badge).toHaveText('Live', { timeout: 35_000 });
  }

  async expectLoginPage(): Promise<void> {
    await this.expectHeading('Log in');
    await expect(this.logInButton).toBeVisible();
  }

  async expectHeading(name: string): Promise<void> {
    await expect(this.page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  async open(name: (typeof PAGES)[number]): Promise<void> {
    await this.page.getByRole('link', { name, exact: true }).click();
    await this.expectHeading(name);
  }

  /** Opens a note from the list. */
  async openNote(title = 'Release checklist'): Promise<void> {
    await this.open('Notes');
    await this.noteRow(title).getByRole('link').click();
    await expect(this.noteTitle).toHaveValue(title);
  }

  noteRow(title: string): Locator {
    return this.page.getByRole('main').getByRole('listitem').filter({ hasText: title });
  }

  async expectDraftKept(): Promise<void> {
    await expect(this.page.getByText('Draft kept on this device')).toBeVisible();
  }

  async save(): Promise<void> {
    await this.saveButton.click();
    await this.expectSaved();
  }

  async expectSaved(): Promise<void> {
    await expect(this.page.getByText('Saved', { exact: true })).toBeVisible();
  }

  async updateCount(): Promise<number> {
    return Number(await this.updates.textContent());
  }

  /** Waits until this many more updates have arrived. */
  async expectMoreUpdates(more = 2, timeout = 10_000): Promise<void> {
    await expect(this.updates).toHaveText(/^\d+$/);
    const before = await this.updateCount();
    await expect
      .poll(() => this.updateCount(), { timeout })
      .toBeGreaterThanOrEqual(before + more);
  }

  /** Logs in again in the expired dialog. */
  async logInAgain(password = PASSWORD): Promise<void> {
    await this.expired.getByLabel('Password', { exact: true }).fill(password);
    await this.expired.getByRole('button', { name: 'Log in again' }).click();
  }

  /** Reads what the inspector exports. */
  async timeline(): Promise<TimelineEntry[]> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.open('Inspector');
    await this.page.getByRole('button', { name: 'Copy as JSON' }).click();
    const read = () => this.page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(read).toContain('"kind"');
    const exported = JSON.parse(await read()) as TimelineEntry[] | { entries: TimelineEntry[] };
    return Array.isArray(exported) ? exported : exported.entries;
  }

  /** Identifies this page load. */
  async load(): Promise<string> {
    return this.page.evaluate(() => window.probe.load);
  }
}

/** How often an effect was ordered. */
export function times(timeline: TimelineEntry[], effect: string, detail = ''): number {
  const same = (entry: TimelineEntry) =>
    entry.kind === 'Effect' && entry.name === effect && entry.detail.startsWith(detail);
  return timeline.filter(same).reduce((sum, entry) => sum + entry.count, 0);
}

/** Has the server send this configuration in its pages. */
export async function configure(page: Page, config: object): Promise<void> {
  await page.route('**/*', async (route) => {
    if (route.request().resourceType() !== 'document') return route.continue();
    const response = await route.fetch();
    const slot = /(<script[^>]*session-config[^>]*>)[^<]*/;
    const html = await response.text();
    expect(html).toMatch(slot);
    const body = html.replace(slot, `$1${JSON.stringify(config)}`);
    return route.fulfill({ response, body });
  });
}
