import { reported } from './figures';

/** Prints what the tests measured. */
export default async function printFigures(): Promise<void> {
  const figures = await reported();
  if (figures.length === 0) return;
  const rows = [{ name: 'figure', value: 'measured', limit: 'limit' }, ...figures];
  const width = (key: 'name' | 'value') => Math.max(...rows.map((row) => row[key].length));
  const [names, values] = [width('name'), width('value')];
  const lines = rows.map(
    ({ name, value, limit }) => `| ${name.padEnd(names)} | ${value.padStart(values)} | ${limit}`,
  );
  console.log(`\n${lines.join('\n')}\n`);
}
