import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as workflows from '../workflows/library.js';
import { Desk, root } from './support/fanfold.js';

const page = readFileSync(join(root, 'docs/patterns.md'), 'utf8');
/** Those of the README are run by its own test. */
const readme = readFileSync(join(root, 'README.md'), 'utf8').split('\n');
const commands = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block]) => block!.trim().split('\n'));

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 50 });
  await desk.serve();
});

afterAll(() => desk.close());

describe('the page of patterns', () => {
  it.each(commands.filter((line) => !readme.includes(line)))('is right about `%s`', async (line) => {
    await expect(
      promisify(execFile)('bash', ['-c', line.replace('npx fanfold', 'node dist/cli/fanfold.js')], {
        cwd: root,
        env: desk.env,
      }),
    ).resolves.toBeDefined();
  });

  it('shows a command of every kind that it has a row for, and no primitive that there is not', () => {
    const kinds = ['perspectives', 'validate', 'summarise', 'gather', 'graph', 'agent', 'compare'];
    for (const kind of kinds) expect(commands.some((line) => line.startsWith(`npx fanfold ${kind} `))).toBe(true);
    for (const name of ['fanOut', 'GraphBuilder', 'selectBy', 'vote'] as const) {
      expect(page).toContain(`\`${name}\``);
      expect(Object.keys(workflows)).toContain(name);
    }
  });
});
