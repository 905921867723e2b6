// A process of its own that uses a journal, for tests. Its argument says where that is and what to do there:
//   write: keeps entries without end, several at once, and tells each that is acknowledged, and what went wrong
//   read:  looks for entries without end, and tells those that are not what was written
//   ask:   asks one question once, tells that it is asking, and answers what its standard input says
// It tells one JSON value a line.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { openJournal, questionKey } from '../../dist/src/journal/index.js';

const { role, place, settings, seed, width = 4 } = JSON.parse(process.argv[2]);
const tell = (message) => writeSync(1, `${JSON.stringify(message)}\n`);
const journal = await openJournal({ ...place, ...settings, onWarning: (warning) => tell({ warning }) });
const keyOf = (question) => questionKey({ source: 'test', body: { question } });

/** Anybody who knows the number knows the answer; some are long. */
const answerOf = (question) => `${question} `.repeat(1 + (question % 7) ** 4);
const entryOf = (answer) => ({
  answer,
  usage: { inputTokens: 10, outputTokens: 20, cacheReadTokens: 0, cacheWriteTokens: 0 },
  model: 'claude-haiku-4-5',
  costUsd: 0.25,
  answeredAtMs: Date.now(),
});

async function write(from) {
  for (let question = from; ; question += width) {
    try {
      await journal.put(keyOf(question), entryOf(answerOf(question)));
      tell({ kept: question });
    } catch ({ type, message }) {
      tell({ failed: type, message });
      return;
    }
  }
}

async function read() {
  for (let turn = 0; ; turn += 1) {
    const question = seed + (turn % width);
    const entry = await journal.get(keyOf(question));
    if (entry !== undefined && entry.answer !== answerOf(question)) tell({ wrong: question });
    tell({ [entry === undefined ? 'missed' : 'found']: question });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function ask() {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  tell({ ready: true });
  await lines.next();
  /** @type {{ reused: boolean, entry?: { answer: unknown }, value?: unknown }} */
  const once = await journal.once(keyOf(seed), {}, async () => {
    tell({ asking: true });
    const { value: answer } = await lines.next();
    if (answer === 'fail') throw new Error('the model failed');
    return { value: answer, ...(answer !== 'none' && { entry: entryOf(answer) }) };
  });
  tell({ answer: once.reused ? once.entry.answer : once.value, reused: once.reused });
  await journal.close();
  process.exit();
}

tell({ open: true });
if (role === 'write') await Promise.all(Array.from({ length: width }, (_, lane) => write(seed + lane)));
if (role === 'read') await read();
if (role === 'ask') await ask().catch(({ message }) => tell({ failed: message }));
