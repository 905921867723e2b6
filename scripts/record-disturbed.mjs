// Histories of every kind, disturbed: see record-histories.mjs.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { placeChunks } from '../dist/src/index.js';

/** Records runs that are cancelled with a call that is out, steered, reset, waiting for a person, gone on as another execution. */
export async function recordDisturbed(parts) {
  const { record, insist, reset, model, store, shelf, task, tools, rows, prompts, items, flow, chunks } = parts;
  const later = model.hold(/held here\?|Say what is held here|On what is held here/);
  const reading = model.hold({ document: /held here/ });
  await writeFile(join(shelf.folder, 'prepayment.md'), 'Prepayment is what is held here until the work is done.\n');
  const cut = (kind) => ({ kind, heldCalls: 1, cancel: true, at: later });
  const here = 'Say what is held here.';
  await record('gathered-answered', { question: 'prepayment', sources: [shelf], answer: true }, { kind: 'gather' });
  const asked = { question: 'What is held here?', sources: [shelf] };
  await record('gathered-cancelled', { ...asked, answer: true }, cut('gather'));
  await record('researched-cancelled', { ...asked, tasks: 2 }, cut('research'));
  await record(
    'validated-cancelled',
    { text: here, document: { inline: here }, checks: ['tone'] },
    { ...cut('validate'), at: reading },
  );
  await record('compared-cancelled', { variants: [{ name: 'one', prompt: here }, prompts[0]] }, cut('compare'));
  await record('mapped-cancelled', { rows, prompt: `${here} {{ text }}` }, { ...cut('map'), heldCalls: 3 });
  await record(
    'summarised-cancelled',
    { documents: [{ key: 'a', text: { inline: here } }] },
    { ...cut('summarise'), at: reading },
  );
  await record('agent-cancelled', { task: here, tools }, cut('agent'));
  const values = { topic: { inline: 'what is held here' } };
  await record('graph-cancelled', { flow, values }, { ...cut('graph'), heldCalls: 2 });
  const steerGraph = async (handle) => {
    await insist(handle, 'cancelBranch', ['first', 'second']);
  };
  await record('graph-steered', { flow, values }, { kind: 'graph', heldCalls: 2, at: later, steer: steerGraph });
  const writing = [{ ...tools[1], changes: true }];
  const decide = (allow) => (handle) => insist(handle, 'approve', { allow });
  await record('agent-allowed', { task, tools: writing }, { kind: 'agent', steer: decide(true) });
  await record('agent-refused', { task, tools: writing }, { kind: 'agent', steer: decide(false) });
  await record('agent-continued', { task: `${task}.`, tools, turnsPerExecution: 1 }, { kind: 'agent' });
  await record(
    'reset',
    { perspectives: ['a', 'b', 'c'] },
    {
      steer: async (handle) => {
        await handle.result();
        await reset(handle);
      },
    },
  );
  const again = items.map((item, at) => (at < 2 ? { ...item, text: `Document ${at}, held in a lane.` } : item));
  const inLane = model.hold({ document: /held in a lane/ });
  const steerLanes = async (handle) => {
    await insist(handle, 'cancelBranch', { indices: [0] });
    inLane.release();
  };
  const steered = { kind: 'summarise', heldCalls: 2, at: inLane, steer: steerLanes };
  await record('wide-steered', { chunks: await placeChunks(again, store, again.length), concurrency: 20 }, steered);
  await record('wide-economy', { chunks, economy: true }, { kind: 'summarise' });
}
