import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { root } from '../support/fanfold.js';

let bin: string;

beforeAll(async () => {
  bin = await mkdtemp(join(tmpdir(), 'fanfold-bin-'));
  await symlink(join(root, 'dist/cli/fanfold.js'), join(bin, 'fanfold'));
});

afterAll(() => rm(bin, { recursive: true, force: true }));

/** What bash would offer, the last word being typed. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `source <(fanfold completion bash)
COMP_WORDS=(fanfold "$@") COMP_CWORD=$#
_fanfold
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', ...words], {
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
  });
  return stdout.split('\n').filter(Boolean);
}

it('completes commands, flags, and the words that a flag takes', async () => {
  expect(await offered('per')).toEqual(['perspectives']);
  expect(await offered('journal', '')).toEqual(['stats', 'prune', 'export', 'import', 'clear', 'help']);
  expect(await offered('perspectives', '--de')).toEqual(['--deadline', '--detach']);
  expect(await offered('perspectives', 'a.md', '--join', '')).toEqual(['all', 'settled', 'quorum', 'first']);
});

it('leaves names of files to the shell', async () => expect(await offered('perspectives', '')).toEqual([]));
