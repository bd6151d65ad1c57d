// Figures that tests measure; `print-figures.ts` prints them together at the end of the run.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

export interface Figure {
  name: string;
  value: string;
  limit: string;
}

const FOLDER = join(__dirname, '..', 'results', 'figures');

export async function report(name: string, value: string, limit: string): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const figure: Figure = { name, value, limit };
  await writeFile(join(FOLDER, `${randomUUID()}.json`), JSON.stringify(figure));
}

export async function reported(): Promise<Figure[]> {
  const files = await readdir(FOLDER).catch(() => []);
  const figures = await Promise.all(
    files.map(async (file) => JSON.parse(await readFile(join(FOLDER, file), 'utf8')) as Figure),
  );
  return figures.sort((one, other) => one.name.localeCompare(other.name));
}

/** Judges a few times by their median, since the slowest of a few may be the machine's. */
export function judged(times: number[], promised: number): { name: string; value: number } {
  const all = times.length >= promised;
  return all ? { name: 'slowest', value: Math.max(...times) } : { name: 'median', value: median(times) };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle - 0.25)]! + sorted[Math.floor(middle)]!) / 2;
}
