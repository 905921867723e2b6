import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(root, 'docs/reliability.md'), 'utf8');

/** The names that a table of the nemesis has: its keys. */
function namesIn(file: string, table: string): string[] {
  const text = readFileSync(join(root, 'test/proof/nemesis', file), 'utf8');
  const [, body = ''] = new RegExp(`export const ${table} = \\{\\n([\\s\\S]*?)\\n\\};`).exec(text) ?? [];
  return [...body.matchAll(/^ {2}'([^']+)': /gm)].map(([, name]) => name!);
}

/** Cells of the rows below a heading's first table whose head has this cell. */
function rowsUnder(head: string): string[][] {
  const table = page.slice(page.indexOf(head)).split('\n\n')[0]!;
  const rows = table.split('\n').slice(2);
  return rows.map((row) =>
    row
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
}

const faults = ['process', 'line', 'operator'].flatMap((of) => namesIn(`${of}-faults.mjs`, `${of}Faults`));
const invariants = namesIn('invariants.mjs', 'invariants');
const listed = rowsUnder('| | fault | promised');

describe('docs/reliability.md', () => {
  it('has what is checked after every round, by its name', () => {
    expect(invariants.length).toBeGreaterThan(7);
    expect(rowsUnder('| checked after every round').map(([name]) => name)).toEqual(invariants);
  });

  it('has each fault of the nemesis in a row, and none that it has not', () => {
    const named = listed.flatMap((row) => (row[3]!.startsWith('—') ? [] : row[3]!.split(', ')));
    expect(faults.filter((name) => !named.includes(name))).toEqual([]);
    expect(named.filter((name) => ![...faults, ...invariants].includes(name))).toEqual([]);
  });

  it('numbers its rows, and names a test that is there where the nemesis does not draw the fault', async () => {
    expect(listed.map(([number]) => number)).toEqual(listed.map((_, at) => String(at + 1)));
    expect(listed.length).toBeGreaterThanOrEqual(37);
    const { existsSync } = await import('node:fs');
    const tests = listed.flatMap((row) => /^— `(.+)`$/.exec(row[3]!)?.[1] ?? []);
    const missing = tests.filter((name) => !['.test.ts', ''].some((end) => existsSync(join(root, 'test', name + end))));
    expect(missing).toEqual([]);
  });

  it('counts faults by the names of the nemesis', () => {
    const counted = rowsUnder('| fault of the nemesis').map(([name]) => name);
    expect(counted.filter((name) => !faults.includes(name!))).toEqual([]);
  });
});
