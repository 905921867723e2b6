import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { drawOptions, isDependent } from './options.mjs';

const things = ['The tenant', 'The supplier', 'The board', 'The auditor', 'The customer', 'The carrier', 'The bank'];
const deeds = ['pays', 'reports', 'refuses', 'delivers', 'inspects', 'insures', 'repairs', 'counts'];
const objects = ['the goods', 'the deposit', 'the roof', 'the ledger', 'the invoices', 'the vessel', 'the archive'];

/** Options that outlast what goes wrong: a branch that gives up is no fault of a run that has been told to give up. */
const patient = ['--attempts', '20', '--timeout', '5m'];

/**
 * What is asked, by kind of run: files to be written, the words of the command, and how many branches there are if that is known.
 * Every sentence has the run's mark, so that the model's books tell whose a call is.
 */
export const kinds = {
  perspectives: (run) => {
    const names = Array.from({ length: run.random.integer(2, 12) }, (_, at) => `view-${at + 1}`);
    const fanIn = run.random.chance(0.3) ? ['--fan-in', 'synthesise'] : [];
    return {
      files: { 'text.txt': run.text(12) },
      words: ['perspectives', run.path('text.txt'), '--perspectives', names.join(','), ...fanIn, ...patient],
      branches: names.length,
      keys: names,
    };
  },
  summarise: (run) => tableRun(run, 'docs.jsonl', ['summarise', '--from', run.path('docs.jsonl')]),
  map: (run) =>
    tableRun(run, 'rows.jsonl', ['map', run.path('rows.jsonl'), '--prompt', 'Who does what in: {{ text }}']),
  validate: (run) => ({
    files: { 'text.txt': run.text(8) },
    words: ['validate', run.path('text.txt'), '--checks', 'grammar,facts,tone', ...patient],
  }),
  gather: (run) => ({
    files: folder(run),
    words: ['gather', `What pays ${run.mark}?`, '--sources', `files:${run.path('notes')}`, '--answer', ...patient],
  }),
  research: (run) => ({
    files: folder(run),
    words: [
      'research',
      `Who pays and who reports in ${run.mark}?`,
      '--sources',
      `files:${run.path('notes')}`,
      // What is found to be missing is asked in words that have the marks of the run.
      '--rounds',
      '1',
      ...patient,
    ],
  }),
  graph: (run) => ({
    files: {
      'text.txt': run.text(8),
      'flow.yaml': [
        'input: { document: string }',
        'nodes:',
        ...['one', 'two', 'three', 'four'].map((name) => `  ${name}: { prompt: 'Read for ${name}: {{ document }}' }`),
        `  pair: { needs: [one, two], prompt: 'Join of ${run.mark}: {{ one }} and {{ two }}' }`,
        `  all: { needs: [pair, three, four], prompt: 'Join of ${run.mark}: {{ pair }}, {{ three }}, {{ four }}' }`,
        'output: all',
      ].join('\n'),
    },
    words: ['graph', run.path('flow.yaml'), '--input', `document=@${run.path('text.txt')}`, ...patient],
    branches: 6,
  }),
  agent: (run) => {
    const changes = run.random.chance(0.5);
    return {
      files: { 'tools.mjs': toolsOf(changes) },
      words: [
        'agent',
        `Get the sales figures, get the cost figures and get the staff figures of ${run.mark}`,
        '--tools',
        run.path('tools.mjs'),
        ...patient,
      ],
      // The undisturbed run asks nobody.
      ...(changes && { waitsForApproval: true, undisturbedWords: ['--allow', 'all'], changes: run.path('changes') }),
    };
  },
  compare: (run) => {
    const count = run.random.integer(2, 6);
    const variants = Array.from({ length: count }, (_, at) => ['--variant', `v${at}=Say in ${at + 3} words who pays.`]);
    return {
      files: { 'text.txt': run.text(8) },
      words: ['compare', '--document', run.path('text.txt'), ...variants.flat(), ...patient],
      branches: count,
    };
  },
  own: (run) => {
    const count = run.random.chance(0.5) ? run.random.integer(3, 20) : run.random.integer(60, run.widest);
    const texts = Array.from({ length: count }, (_, at) => run.text(3, at));
    return { files: {}, own: { texts, concurrency: run.random.integer(5, 40) } };
  },
};

/** A run over rows: narrow, or wide in lanes. */
function tableRun(run, file, words) {
  const { random } = run;
  const count = random.chance(0.35) ? random.integer(3, 20) : random.integer(60, run.widest);
  const rows = Array.from({ length: count }, (_, at) => JSON.stringify({ id: `d${at}`, text: run.text(3, at) }));
  const budget = random.chance(0.5) ? ['--budget', String(count * 0.004)] : [];
  return {
    files: { [file]: rows.join('\n') },
    words: [...words, '--concurrency', String(random.integer(5, 40)), ...budget, ...patient],
    branches: count,
    keys: rows.map((_, at) => `d${at}`),
    ...(budget.length > 0 && { budgetUsd: Number(budget[1]) }),
  };
}

function folder(run) {
  return Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`notes/${at}.md`, run.text(6, at)]));
}

/**
 * A module of tools that answer at once, and the same each time.
 *
 * @param {boolean} changes whether one of them changes something: it waits to be allowed, and writes down that it was called, by home
 */
function toolsOf(changes) {
  return `import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { z } from 'zod';
const written = new URL('changes-' + createHash('sha256').update(process.env.FANFOLD_HOME).digest('hex').slice(0, 8), import.meta.url);
const tool = (name, about, changes = false) => ({
  name, description: about, input: z.object({}), changes,
  run: async () => {
    if (changes) appendFileSync(written, name + '\\n');
    return about + ' are fine.';
  },
});
export default [tool('get_sales', 'The sales figures'), tool('get_cost', 'The cost figures'), tool('get_staff', 'The staff figures', ${changes})];
`;
}

/**
 * Draws a run and writes its files.
 *
 * @param {{ random: import('./random.mjs').Random, mark: string, kind: string, folder: string, widest: number }} settings `folder`: for
 *     the files of all runs, the same for the undisturbed one, whose sources have the same addresses then
 */
export async function drawRun({ random, mark, kind, folder, widest }) {
  const text = (sentences, at = 0) =>
    Array.from(
      { length: sentences },
      (_, line) =>
        `${random.pick(things)} of ${mark} ${random.pick(deeds)} ${random.pick(objects)} in week ${at * 100 + line}.`,
    ).join(' ');
  const path = (name) => join(folder, mark, name);
  const { files, words = [], ...drawn } = kinds[kind]({ random, mark, text, path, widest });
  const { undisturbedWords = [], ...told } = drawn;
  const options = drawOptions({ random, kind, branches: drawn.branches });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(path(name), '..'), { recursive: true });
    await writeFile(path(name), content);
  }
  return {
    id: mark,
    kind,
    isDependent: isDependent(kind),
    ...told,
    ...options,
    words: [...words, ...options.words],
    undisturbedWords: [...words, ...undisturbedWords],
  };
}
