// Histories of runs that people steer, of cancelled batches, and of texts and rows in lanes: see record-histories.mjs.
import { once } from 'node:events';
import { createServer } from 'node:http';

import { placeChunks } from '../dist/src/index.js';

/** Records one run of each kind with a branch that is begun anew and one that is cut, while a third is waited for. */
export async function recordSteered({ record, insist, model, store, shelf, slow, items, rows }) {
  const steer = (keys, release) => async (handle) => {
    await insist(handle, 'retryFailed');
    await insist(handle, 'cancelBranch', keys);
    await release();
  };
  const steered = (kind, hold, key) => {
    const at = model.hold(hold);
    const release = async () => {
      // Else its answer may come before its call is cut.
      await model.until(() => at.waiting.length === 1);
      at.release();
    };
    return { kind, heldCalls: 2, at, steer: steer([key], release) };
  };
  const held = ['one', 'two'].map((name) => ({ name, prompt: `Say what is steered here, ${name}.` }));
  await record(
    'compared-steered',
    { variants: [...held, { name: 'three', prompt: 'This variant fails once.' }] },
    steered('compare', /what is steered here/, 'one'),
  );
  const texts = ['Row steered 1.', 'Row steered 2.', 'This row fails once.', 'Row 4.'];
  await record(
    'mapped-steered',
    { rows: texts.map((text, at) => ({ key: String(at + 1), fields: { text } })), prompt: 'Say it. {{ text }}' },
    steered('map', /Row steered/, '2'),
  );
  const text = 'A text that is steered.';
  const unfit = { name: 'unfit', criterion: 'This check fails once.' };
  await record(
    'validated-steered',
    { text, document: { inline: text }, checks: ['tone', 'grammar', unfit] },
    steered('validate', (call) => isSteered(call.request), 'tone'),
  );

  const missing = { name: 'missing', kind: 'files', folder: '/missing' };
  const ofSources = (kind, keys) => {
    const asked = slow.asked();
    return {
      kind,
      steer: async (handle) => {
        await asked;
        await steer(keys, () => {})(handle);
      },
    };
  };
  await record(
    'gathered-steered',
    { question: 'prepayment', sources: [shelf, slow.source, missing] },
    ofSources('gather', ['slow']),
  );
  await record(
    'researched-steered',
    { question: 'What is prepayment?', sources: [shelf, slow.source, missing], tasks: 2, rounds: 1 },
    ofSources('research', ['task-1-slow', 'task-2-slow']),
  );

  const withBatches = (kind, count) => ({ kind, cancel: true, steer: (handle) => looksAt(handle, count) });
  await record('economy-cancelled', { perspectives: ['a', 'b'], economy: true }, withBatches('perspectives', 1));
  const few = items.slice(0, 12);
  const chunks = await placeChunks(few, store, few.length);
  await record('wide-economy-cancelled', { chunks, economy: true }, withBatches('summarise', 2));
  await record('perspectives-wide', { document: undefined, chunks, perspectives: ['a', 'b'] });
  await record('validated-wide', { chunks, checks: ['tone', { name: 'typo', pattern: 'teh' }] }, { kind: 'validate' });
  const ofRows = await placeChunks(
    rows.map((row) => ({ text: '', ...row })),
    store,
    rows.length,
    2,
  );
  const ways = ['short', 'long'].map((name) => ({ name, prompt: `Say it ${name}. {{ text }}` }));
  await record('compared-wide', { chunks: ofRows, variants: ways }, { kind: 'compare' });
}

/** Whether it is one of the checks that do not fail. */
function isSteered(request) {
  const body = JSON.stringify(request);
  return body.includes('A text that is steered.') && !body.includes('fails once');
}

/** Until so many batches are out and have been looked at. */
async function looksAt(handle, count) {
  for (;;) {
    const { events } = await handle.fetchHistory();
    const looks = events
      .filter(({ activityTaskScheduledEventAttributes: it }) => it?.activityType.name === 'haveBatchesEnded')
      .map(({ eventId }) => String(eventId));
    const ended = events.filter(({ activityTaskCompletedEventAttributes: it }) =>
      looks.includes(String(it?.scheduledEventId)),
    );
    if (ended.length >= count) return;
  }
}

/** A source on this machine that never answers. */
export async function openSlowSource() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const parts = { hits: '$.hits[*]', title: '$.title', link: '$.link', text: '$.text' };
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const host = `127.0.0.1:${port}`;
  const url = `http://${host}/?q={{ query }}`;
  return {
    host,
    source: { name: 'slow', kind: 'http', url, private: true, ...parts },
    /** When it is asked the next time. */
    asked: () => once(server, 'request'),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
