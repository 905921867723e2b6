import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { placeOfFile } from '../../src/cli/read/file-place.js';
import { findingsText, fixLines, withFix } from '../../src/cli/show/print-findings.js';
import type { World } from '../../src/cli/world.js';
import type { Finding } from '../../src/fold/findings.js';
import type { Run } from '../../src/contract/run.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fanfold-patch-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function written(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(directory, path)), { recursive: true });
  await writeFile(join(directory, path), bytes);
}

const git = (...words: string[]) => execFileSync('git', words, { cwd: directory, encoding: 'utf8' });

function finding(more: Partial<Finding> = {}): Finding {
  return {
    check: 'c',
    severity: 'error',
    line: 2,
    column: 3,
    quote: 'teh',
    message: 'Wrong.',
    suggestion: 'the',
    ...more,
  };
}

function runOf(...findings: Finding[]): Run {
  return { kind: 'validate', output: { findings, unplaced: 0 }, coverage: { ok: 1, total: 1 } } as unknown as Run;
}

async function patchOf(cwd: string, file: string, text: string, ...findings: Finding[]): Promise<string> {
  const place = await placeOfFile(file, text, { cwd: join(directory, cwd) } as World);
  const flags = { file, place, fixOf: text };
  return findingsText(await withFix(runOf(...findings), flags), flags, { isTerminal: false }).text;
}

it('says nothing of a text of which no check has come to its end', () => {
  const run = { ...runOf(), coverage: { ok: 0, total: 2 } };
  const said = (format?: string) => findingsText(run, { ...(format && { format }) }, { isTerminal: false }).text;
  expect(said()).toBe('No check has come to its end: nothing is known of the text.\n\n');
  expect(JSON.parse(said('sarif'))).toMatchObject({ runs: [{ invocations: [{ executionSuccessful: false }] }] });
  expect(findingsText(runOf(), {}, { isTerminal: false }).text).toBe('No findings.\n\n');
});

it.each([
  [1, 1, '  patch: 1 sure suggestion is in it, 1 finding is not; without --fix it is listed'],
  [2, 0, '  patch: 2 sure suggestions are in it, 0 findings are not; without --fix they are listed'],
])('says of a patch what is in it: %i and %i', (applied, left, said) => {
  const run = { kind: 'validate', output: { findings: [], unplaced: 0, fix: { diff: '', applied, left } } };
  expect(fixLines(run as unknown as Run)).toEqual([said]);
});

describe('a patch', () => {
  it.each([
    ['plain', 'plain.md', ''],
    ['in a folder, from there', 'docs/deep/it.md', 'docs/deep'],
    ['of a name with blanks', 'my file #1 (é).md', ''],
    ['of a name with quotation marks', 'a "b"\\c\té.md', ''],
  ])('applies with `git apply` from the root: %s', async (_, path, cwd) => {
    git('init', '-q');
    const text = `One.\nA teh here.\n${'Line.\n'.repeat(20)}`;
    await written(path, text);
    const file = cwd === '' ? path : path.slice(cwd.length + 1);
    const patch = await patchOf(cwd, file, text, finding({ sure: true }));
    expect(patch).toMatch(/^--- "?a\//);
    await written('x.patch', patch);
    git('apply', 'x.patch');
    expect(await readFile(join(directory, path), 'utf8')).toBe(text.replace('teh', 'the'));
  });

  it.each([
    ['CRLF', 'One.\r\nA teh here.\r\nEnd.\r\n'],
    ['no line end', 'One.\nA teh here.'],
    ['a byte-order mark', '\uFEFFOne.\nA teh here.\n'],
    ['a byte-order mark in the line', '\uFEFFA teh here.\nEnd.\n'],
  ])('applies to a text with %s', async (_, bytes) => {
    git('init', '-q');
    await written('odd.txt', bytes);
    const text = bytes.replace('\uFEFF', '');
    const line = text.startsWith('A') ? 1 : 2;
    await written('x.patch', await patchOf('', 'odd.txt', text, finding({ line, sure: true })));
    git('apply', 'x.patch');
    expect(await readFile(join(directory, 'odd.txt'), 'utf8')).toBe(bytes.replace('teh', 'the'));
  });

  it('has what is sure alone', async () => {
    await written('sure.md', 'teh EUR\n');
    const unsure = finding({ line: 1, column: 5, quote: 'EUR', suggestion: 'Ear' });
    const patch = await patchOf('', 'sure.md', 'teh EUR\n', finding({ line: 1, column: 1, sure: true }), unsure);
    expect(patch).toContain('+the EUR\n');
    expect(await patchOf('', 'sure.md', 'teh EUR\n', unsure)).toBe('');
  });
});

describe('an address', () => {
  it('is a URI reference, from the root of the repository', async () => {
    git('init', '-q');
    const world = (cwd: string) => ({ cwd: join(directory, cwd) }) as World;
    await written('docs/my file #1 (é)%.txt', 'Text.');
    expect((await placeOfFile('my file #1 (é)%.txt', 'Text.', world('docs'))).uri).toBe(
      'docs/my%20file%20%231%20(%C3%A9)%25.txt',
    );
    expect((await placeOfFile('-', 'Text.', world(''))).uri).toBe('stdin');
  });

  it('says whether lines are those of the file', async () => {
    const world = { cwd: directory } as World;
    await written('page.html', '<p>Text.</p>');
    await written('utf16.txt', Buffer.from('\uFEFFText.', 'utf16le'));
    expect(await placeOfFile('page.html', 'Text.', world)).toMatchObject({ isOwnText: false });
    expect(await placeOfFile('utf16.txt', 'Text.', world)).toMatchObject({ isOwnText: false });
  });

  it('has no line in SARIF where the file has none', async () => {
    const place = { path: 'a.pdf', uri: 'a.pdf', isOwnText: false, before: '' };
    const flags = { file: 'a.pdf', place, format: 'sarif' };
    const { text } = findingsText(runOf(finding({ sure: true })), flags, { isTerminal: false });
    const [result] = JSON.parse(text).runs[0].results;
    expect(result.locations).toEqual([{ physicalLocation: { artifactLocation: { uri: 'a.pdf' } } }]);
    expect(result.message.text).toBe('Wrong. In: teh Perhaps: the');
    expect(result).not.toHaveProperty('fixes');
  });
});
