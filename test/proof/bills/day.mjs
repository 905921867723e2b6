import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { files, hasGateway, killGateway, killWorker, stage } from './home.mjs';
import { phases } from './phases.mjs';

let number = 0;
/** A mark that tells whose a call is, and a text that has it. */
export function marked(name, sentences = 6) {
  number += 1;
  const mark = `nemesis-${number}-0-${name}`;
  const text = Array.from({ length: sentences }, (_, at) => `The board of ${mark} inspects the ledger in week ${at}.`);
  return { mark, text: text.join(' ') };
}

async function file(mark, name, content) {
  await mkdir(join(files, mark), { recursive: true });
  const path = join(files, mark, name);
  await writeFile(path, content);
  return path;
}

const rows = (mark, count) =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({ id: `d${at}`, text: `The bank of ${mark} counts the invoices of week ${at}.` }),
  ).join('\n');

const views = (count) => Array.from({ length: count }, (_, at) => `view-${at + 1}`).join(',');

/** Each run: its words, and what is done while its calls are in flight. */
export const day = {
  narrow: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(5)],
  }),
  again: async ({ mark, text }) => {
    const words = ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(3)];
    return { words, before: [...words, '--id', `${mark}-before`] };
  },
  fanin: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(3), '--fan-in', 'synthesise'],
  }),
  hedged: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(12), '--hedge'],
    mayLose: true,
  }),
  wide: async ({ mark }) => ({ words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 70))] }),
  map: async ({ mark }) => ({
    words: ['map', await file(mark, 'r.jsonl', rows(mark, 6)), '--prompt', 'Who does what in: {{ text }}'],
  }),
  agent: async ({ mark }) => ({
    words: [
      'agent',
      `Get the sales figures and get the cost figures of ${mark}`,
      '--tools',
      await file(mark, 'tools.mjs', tools),
    ],
  }),
  graph: async ({ mark, text }) => ({
    words: [
      'graph',
      await file(mark, 'flow.yaml', flowOf(mark)),
      '--input',
      `document=@${await file(mark, 'a.txt', text)}`,
    ],
  }),
  economy: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(4), '--economy'],
  }),
  gather: async ({ mark, text }) => {
    const note = await file(join(mark, 'notes'), 'n.md', text);
    return { words: ['gather', `What inspects ${mark}?`, '--sources', `files:${join(note, '..')}`, '--answer'] };
  },
  quorum: async ({ mark, text }) => ({
    words: [
      'perspectives',
      await file(mark, 'a.txt', text),
      '--perspectives',
      views(8),
      '--join',
      'quorum',
      '--quorum',
      '4',
    ],
    mayLose: true,
  }),
  cancelled: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
    during: (id) => stage.command(['cancel', id]),
    mayLose: true,
  }),
  cancelledwide: async ({ mark }) => ({
    words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 90))],
    during: (id) => stage.command(['cancel', id]),
    mayLose: true,
  }),
  killed: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
    during: killWorker,
    mayLose: !hasGateway,
  }),
  killedquorum: async ({ mark, text }) => ({
    words: [
      'perspectives',
      await file(mark, 'a.txt', text),
      '--perspectives',
      views(20),
      '--join',
      'quorum',
      '--quorum',
      '12',
      '--concurrency',
      '8',
    ],
    during: killWorker,
    mayLose: true,
  }),
  killedwide: async ({ mark }) => ({
    words: [
      'summarise',
      '--from',
      await file(mark, 'd.jsonl', rows(mark, 90)),
      '--join',
      'quorum',
      '--quorum',
      '60',
      '--concurrency',
      '40',
    ],
    during: killWorker,
    mayLose: true,
  }),
  killedcancelled: async ({ mark, text }) => ({
    words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
    during: async (id) => {
      await killWorker();
      await stage.command(['cancel', id]);
    },
    mayLose: true,
  }),
  killedcancelledwide: async ({ mark }) => ({
    words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 90))],
    during: async (id) => {
      await killWorker();
      await stage.command(['cancel', id]);
    },
    mayLose: true,
  }),
  ...(hasGateway && {
    gatewaykilled: async ({ mark, text }) => ({
      words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
      during: killGateway,
      mayLose: true,
    }),
    gatewaykilledwide: async ({ mark }) => ({
      words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 90))],
      during: killGateway,
      mayLose: true,
    }),
    ...Object.fromEntries(
      Object.entries(phases).flatMap(([phase, strike]) => [
        [
          `${phase}-branches`,
          async ({ mark, text }) => ({
            words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(4)],
            strike,
            mayLose: true,
          }),
        ],
        [
          `${phase}-lanes`,
          async ({ mark }) => ({
            words: ['summarise', '--from', await file(mark, 'd.jsonl', rows(mark, 60)), '--concurrency', '60'],
            strike,
            mayLose: true,
          }),
        ],
      ]),
    ),
    'flight-map': async ({ mark }) => ({
      words: ['map', await file(mark, 'r.jsonl', rows(mark, 6)), '--prompt', 'Who does what in: {{ text }}'],
      strike: phases.flight,
      mayLose: true,
    }),
    'flight-agent': async ({ mark }) => ({
      words: ['agent', `Get the sales figures of ${mark}`, '--tools', await file(mark, 'tools.mjs', tools)],
      strike: phases.flight,
      mayLose: true,
    }),
    'batch-submitted': async ({ mark, text }) => ({
      words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(4), '--economy'],
      strike: async (id) => {
        while (!stage.books.batched.some(({ run }) => run === id)) await sleep(20);
        await killGateway();
      },
    }),
    'batch-submitted-worker': async ({ mark, text }) => ({
      words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(4), '--economy'],
      strike: async (id) => {
        while (!stage.books.batched.some(({ run }) => run === id)) await sleep(20);
        await killGateway();
        await killWorker();
      },
    }),
    bothkilled: async ({ mark, text }) => ({
      words: ['perspectives', await file(mark, 'a.txt', text), '--perspectives', views(10)],
      during: async () => {
        await killGateway();
        await killWorker();
      },
      mayLose: true,
    }),
  }),
  own: async () => ({ own: { texts: [], concurrency: 5 } }),
};

const tools = `import { z } from 'zod';
const tool = (name, about) => ({ name, description: about, input: z.object({}), run: async () => about + ' are fine.' });
export default [tool('get_sales', 'The sales figures'), tool('get_cost', 'The cost figures')];
`;

const flowOf = (mark) =>
  [
    'input: { document: string }',
    'nodes:',
    "  one: { prompt: 'Read for one: {{ document }}' }",
    "  two: { prompt: 'Read for two: {{ document }}' }",
    `  pair: { needs: [one, two], prompt: 'Join of ${mark}: {{ one }} and {{ two }}' }`,
    'output: pair',
  ].join('\n');
