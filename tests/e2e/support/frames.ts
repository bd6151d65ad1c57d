// The frames that a page shows, and which of some colours are in them.
import type { CDPSession, Page } from '@playwright/test';

export type Colour = readonly [red: number, green: number, blue: number];

/** Records every frame of a page. */
export class Frames {
  private readonly pictures: string[] = [];
  private readonly found: number[][] = [];

  private constructor(private readonly session: CDPSession) {}

  static async of(page: Page): Promise<Frames> {
    const session = await page.context().newCDPSession(page);
    const frames = new Frames(session);
    session.on('Page.screencastFrame', ({ data, sessionId }) => {
      frames.pictures.push(data);
      session.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
    });
    await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
    return frames;
  }

  /** How many there were. */
  get count(): number {
    return this.pictures.length;
  }

  async stop(): Promise<void> {
    await this.session.send('Page.stopScreencast');
  }

  /** Tells of each frame so far which of these colours are in it, by their numbers; each time the same. */
  async colours(reader: Page, colours: readonly Colour[]): Promise<number[][]> {
    // The browser reads its own pictures.
    for (const picture of this.pictures.slice(this.found.length)) {
      this.found.push(
        await reader.evaluate(
          async ([picture, colours]) => {
            const bytes = Uint8Array.from(atob(picture), (sign) => sign.charCodeAt(0));
            const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
            canvas.drawImage(bitmap, 0, 0);
            const { data } = canvas.getImageData(0, 0, bitmap.width, bitmap.height);
            const found = new Set<number>();
            for (let at = 0; at < data.length; at += 4) {
              const is = ([red, green, blue]: Colour) =>
                data[at] === red && data[at + 1] === green && data[at + 2] === blue;
              const index = colours.findIndex(is);
              if (index >= 0) found.add(index);
            }
            return [...found].sort();
          },
          [picture, colours] as const,
        ),
      );
    }
    return [...this.found];
  }
}
