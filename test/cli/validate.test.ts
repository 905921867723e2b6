import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { applyPatch } from 'diff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Finding } from '../../src/fold/findings.js';
import type { Run } from '../../src/contract/run.js';
import { Desk, root } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open({ latencyMs: 100 });
  await desk.serve();
});

afterAll(() => desk.close());

const agreement = join(root, 'examples', 'service-agreement.md');
const checks = ['--checks-file', join(root, 'examples', 'checks.yaml')];

function findingsOf({ output }: Run): Finding[] {
  return (output as { findings: Finding[] }).findings;
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(desk.directory, name), text);
  return name;
}

it('runs all checks at once and merges what they find in the order of the text', async () => {
  const gate = desk.model.hold();
  const running = desk.begin(['validate', agreement, ...checks, '--json']);
  await desk.model.received(4);
  gate.release();
  const run = JSON.parse((await running.ended).stdout) as Run;
  expect(run).toMatchObject({ kind: 'validate', status: 'complete', coverage: { ok: 6, total: 6 } });
  expect(run.branches.map(({ key }) => key)).toEqual([
    'grammar',
    'grammar-local',
    'facts',
    'tone',
    'vague',
    'deadlines',
  ]);
  const findings = findingsOf(run);
  expect(findings.map(({ check }) => check)).toContain('vague');
  const places = findings.map(({ line, column }) => line * 1_000 + column);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});

it('has rules look at the grammar beside the model, in a thread', async () => {
  const text = await file('bad.md', 'A 🙂 first.\n\nThis is teh end, and an mistake.\n\n```\nteh code\n```\n');
  const run = await desk.json(['validate', text, '--checks', 'grammar']);
  const { findings } = run.branches[1]!.output as {
    findings: { quote: string; suggestion: string; severity: string }[];
  };
  expect(findings.map(({ quote, suggestion, severity }) => [quote, suggestion, severity])).toEqual([
    ['teh', 'the', 'warning'],
    ['an', 'a', 'warning'],
  ]);
  const [merged] = findingsOf(run).filter(({ check }) => check.includes('grammar-local'));
  expect(merged).toMatchObject({ line: 3, suggestion: 'This is the end, and a mistake.' });
  const german = await file('german.md', 'Der Kunde zahlt im Voraus und der Anbieter haftet nur bei Vorsatz.\n');
  const { branches } = await desk.json(['validate', german, '--checks', 'grammar']);
  expect(branches[1]).toMatchObject({ key: 'grammar-local', output: { note: expect.stringContaining('not English') } });
});

it('holds claims against references and shows each quote where it stands', async () => {
  const text = await file('claim.md', 'Heading\n\nBackups are taken every six hours.\n');
  const reference = await file('reference.md', 'Backups are taken every twelve hours, in another region.');
  const run = await desk.json(['validate', text, '--checks', 'facts', '--reference', reference]);
  const [finding] = findingsOf(run);
  expect(finding).toMatchObject({ check: 'facts', line: 3, column: 1, quote: 'Backups are taken every six hours.' });
  const asked = desk.model.calls.at(-1)!;
  expect(JSON.stringify(asked.request)).toContain('every twelve hours');
});

it('holds claims against what sources find, while the other checks go on', async () => {
  await mkdir(join(desk.directory, 'wiki'), { recursive: true });
  await file('wiki/backups.md', 'Backups are taken every twelve hours, in another region.');
  const text = await file('claims.md', 'Backups are taken every six hours.\n');
  const words = ['validate', text, '--checks', 'facts,tone', '--sources', 'files:wiki,files:missing', '--json'];
  const refused = await desk.fanfold(words);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Expected a folder after `files:`')]);
  const run = await desk.json([
    'validate',
    text,
    '--checks',
    'facts,tone',
    '--sources',
    'files:wiki',
    '--budget',
    '0.5',
  ]);
  expect(run).toMatchObject({ status: 'complete', coverage: { ok: 3, total: 3 } });
  expect(run.branches.map(({ key }) => key)).toEqual(['files:wiki', 'facts', 'tone']);
  const asked = desk.model.calls.filter(({ prompt }) => prompt.includes('every claim of fact')).at(-1);
  expect(JSON.stringify(asked?.request)).toContain('every twelve hours');
});

it('proposes a patch of the text that applies, and writes nothing', async () => {
  const before = 'First.\nA TODO here, and a FIXME there.\nLast.\n';
  const text = await file('fix.md', before);
  const own = await file(
    'fix.yaml',
    'checks:\n  todo: { pattern: TODO, suggestion: task }\n  fixme: { pattern: FIXME }\n',
  );
  const words = ['validate', text, '--checks', 'todo,fixme', '--checks-file', own, '--fix'];
  const { stdout } = await desk.fanfold(words);
  expect(stdout).toContain('-A TODO here, and a FIXME there.\n+A task here, and a FIXME there.\n');
  expect(applyPatch(before, stdout)).toBe('First.\nA task here, and a FIXME there.\nLast.\n');
  expect(await readFile(join(desk.directory, text), 'utf8')).toBe(before);
  const run = await desk.json(words);
  expect(run.output).toMatchObject({ fix: { applied: 1, left: 1 } });
});

it('leaves words of a list alone, and the dialect that is named', async () => {
  const text = await file('words.md', 'The grumbel is paid by cheque, in the end.\n');
  const words = await file('words.txt', '# Ours\n\ngrumbel\n');
  const quotes = async (...flags: string[]) => {
    const run = await desk.json(['validate', text, '--checks', 'grammar', ...flags]);
    return (run.branches[1]!.output as { findings: { quote: string }[] }).findings.map(({ quote }) => quote);
  };
  expect(await quotes()).toEqual(['grumbel']);
  expect(await quotes('--words', words)).toEqual([]);
  expect(await quotes('--words', words, '--dialect', 'american')).toEqual(['cheque']);
  const asked = desk.model.calls.filter(({ prompt }) => prompt.includes('american English')).at(-1);
  expect(asked?.prompt).toContain('These words are right: grumbel.');
});

it('patches no page, and says so before anything starts', async () => {
  const page = await file('page.html', '<p>A TODO here.</p>');
  const own = await file('page.yaml', 'checks:\n  todo: { pattern: TODO, suggestion: task }\n');
  const words = ['validate', page, '--checks', 'todo', '--checks-file', own];
  const { code, stdout, stderr } = await desk.fanfold([...words, '--fix']);
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('only text files in UTF-8 are patched')]);
  expect((await desk.fanfold(words)).stdout).toContain('those of the text that was taken out of page.html');
});

describe('serves in CI', () => {
  it.each([
    ['info', 'TODO: write it.', 'info', 1],
    ['warning', 'TODO: write it.', 'error', 0],
    ['error', 'TODO: write it.', 'error', 1],
    ['error', 'It is written.', 'error', 0],
  ])('a finding of severity %s in %j, failing on %s, exits with %i', async (severity, text, failOn, exit) => {
    const own = await file('own.yaml', `checks:\n  todo: { pattern: TODO, severity: ${severity} }\n`);
    const words = ['validate', '-', '--checks', 'todo', '--checks-file', own, '--fail-on', failOn];
    expect((await desk.fanfold(words, { stdin: text })).code).toBe(exit);
  });

  it('prints SARIF that says where', async () => {
    const own = await file('own.yaml', 'checks:\n  todo: { pattern: TODO, severity: error, suggestion: Done }\n');
    const text = await file('todo.md', 'One.\nA TODO here.\n');
    const words = ['validate', text, '--checks', 'todo', '--checks-file', own, '--format', 'sarif'];
    const { stdout } = await desk.fanfold(words);
    const [result] = JSON.parse(stdout).runs[0].results;
    expect(result).toMatchObject({ ruleId: 'todo', level: 'error' });
    expect(result.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'todo.md' },
      region: { startLine: 2, startColumn: 3, endLine: 2, endColumn: 7 },
    });
  });

  it('prints a line for each, as compilers do', async () => {
    const own = await file('own.yaml', 'checks:\n  todo: { pattern: TODO, message: Write it. }\n');
    const words = ['validate', '-', '--checks', 'todo', '--checks-file', own];
    const { stdout } = await desk.fanfold(words, { stdin: 'A TODO here.' });
    expect(stdout).toBe('stdin:1:3: warning: Write it. [todo]\n    TODO\n1 warning.\n\n');
  });
});

it('keeps within a budget, in which patterns cost nothing', async () => {
  const words = ['validate', agreement, ...checks, '--fresh'];
  expect((await desk.fanfold([...words, '--budget', '0.001'])).code).toBe(5);
  const run = await desk.json([...words, '--budget', '0.15']);
  expect(run.costUsd! + run.lostUsd).toBeLessThanOrEqual(0.15);
  expect(run.branches.find(({ key }) => key === 'vague')?.status).toBe('ok');
});

it('needs no key where patterns alone are looked for', async () => {
  const own = await file('todo.yaml', 'checks:\n  todo: { pattern: TODO }\n');
  const words = ['validate', '-', '--checks', 'todo', '--checks-file', own];
  const noKey = { stdin: 'A TODO here.', env: { ANTHROPIC_API_KEY: '' } };
  const { code, stdout } = await desk.fanfold(words, noKey);
  expect([code, stdout]).toEqual([0, expect.stringContaining('stdin:1:3: warning: Matches TODO. [todo]')]);
  expect((await desk.fanfold([...words, '--dry-run'], noKey)).code).toBe(0);
  // The model's checks do.
  expect((await desk.fanfold(['validate', '-', '--checks', 'tone'], noKey)).code).toBe(6);
});

it('goes on after a kill of its worker, and asks nobody again who had answered', async () => {
  const gate = desk.model.hold(/Check the tone/);
  const before = desk.model.total;
  const running = desk.start(['validate', agreement, '--fresh', '--id', 'killed', '--json']);
  await desk.model.until(() => gate.waiting.length === 1);
  await desk.shows('killed', ({ coverage }) => coverage.ok >= 2);
  const [worker] = await desk.present('worker');
  process.kill(worker!, 'SIGKILL');
  gate.release();
  const run = JSON.parse((await running.ended).stdout) as Run;
  expect(run.status).toBe('complete');
  expect(desk.model.total - before).toBe(4);
});

describe('problems are told before anything starts', () => {
  it.each([
    [['--checks', 'tone', '--sources', 'files:.'], undefined, 'Expected `facts` among the checks'],
    [['--checks', 'style'], undefined, 'Expected a check to be one of grammar, facts, tone'],
    [['--checks', 'tone,tone'], undefined, 'Expected every check once, got `tone` twice.'],
    [['--fail-on', 'fatal'], undefined, 'Expected `--fail-on` to be one of error, warning, info, got `fatal`.'],
    [['--format', 'xml'], undefined, 'Expected `--format` to be one of text, sarif, got `xml`.'],
    [['--dialect', 'scottish'], undefined, 'Expected `--dialect` to be one of american, british'],
    [['--words', 'missing.txt'], undefined, 'Expected a list of words, got `missing.txt`, which does not exist.'],
    [['--checks-file', 'missing.yaml'], undefined, 'missing.yaml`, which does not exist'],
    [['--reference', 'missing.md'], undefined, 'missing.md'],
    [['--checks-file', 'bad.yaml'], 'checks:\n  a: { patern: x }\n', 'bad.yaml: at checks.a'],
    [['--checks-file', 'bad.yaml'], 'checks:\n  a: { pattern: "(" }\n', 'Expected the pattern of `a`'],
    [['--checks-file', 'bad.yaml'], 'checks:\n  a: { pattern: "(a|a)*$" }\n', 'takes at most 500 ms'],
  ])('%j', async (flags, text, message) => {
    if (text !== undefined) await file('bad.yaml', text);
    const { code, stderr } = await desk.inProcess(['validate', '-', ...flags], { stdin: `${'a'.repeat(60)}b` });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

it('shows the references to checks that are asked by Message Batches', async () => {
  const text = await file('batched.md', 'Backups are taken every seven hours.\n');
  const reference = await file('batched-reference.md', 'Backups are taken every thirteen hours.');
  await desk.json(['validate', text, '--checks', 'facts,tone', '--reference', reference, '--economy']);
  const [batch] = desk.model.batches;
  expect(batch?.requests).toHaveLength(2);
  expect(JSON.stringify(batch?.requests)).toContain('every thirteen hours');
});
