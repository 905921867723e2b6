// Histories of workflows of somebody's own that fan out, narrow and in lanes: see record-histories.mjs.
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';

import { FanfoldPlugin } from '../dist/src/plugin/index.js';

const taskQueue = 'recorded-own';
const workflowsPath = fileURLToPath(new URL('../test/histories/own.workflow.ts', import.meta.url));
const deadline = '1500ms';

/**
 * Records runs that end, that their deadline cuts or has amended, that are cancelled, of which single questions are cut, and that are cut off halfway.
 * @param {any} stage
 */
export async function recordOwn({ environment, model, isRecorded, write }) {
  const few = ['Say own one.', 'Say own two.', 'Say what own is held.'];
  const many = Array.from({ length: 52 }, (_, at) => (at < 2 ? `Say what own is held, ${at}.` : `Say own ${at}.`));
  const runs = [
    { name: 'own', prompts: few },
    { name: 'own-quorum', prompts: few, options: { join: 'quorum', quorum: 2 }, until: 'ended' },
    { name: 'own-deadline', prompts: few, options: { deadline }, until: 'ended' },
    { name: 'own-amended', prompts: few, options: { deadline, late: 'amend' }, until: 'deadline' },
    { name: 'own-cancelled', prompts: few, until: 'held', cancel: true },
    { name: 'own-half-finished', prompts: few, until: 'held', leave: true },
    { name: 'own-wide', prompts: many },
    { name: 'own-wide-deadline', prompts: many, options: { deadline }, until: 'ended' },
    { name: 'own-wide-amended', prompts: many, options: { deadline, late: 'amend' }, until: 'deadline' },
    { name: 'own-wide-cancelled', prompts: many, until: 'held', cancel: true },
    { name: 'own-wide-cut', prompts: many, until: 'held', cut: ['#0', '#1'] },
  ].filter(({ name }) => !isRecorded(name));
  if (runs.length === 0) return;
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath,
    plugins: [new FanfoldPlugin()],
    logger: new DefaultLogger('ERROR'),
  });
  const worker = await Worker.create({ connection: environment.nativeConnection, taskQueue, workflowBundle });
  await worker.runUntil(async () => {
    for (const run of runs) await recordOne(run, { client: environment.client, model, write });
  });
}

/** @param {any} given @param {any} stage */
async function recordOne({ name, prompts, options = {}, until, cancel, cut, leave }, { client, model, write }) {
  const gate = model.hold(/Say what own is held/);
  if (until === undefined) gate.release();
  const handle = await client.workflow.start('ownQuestions', {
    workflowId: name,
    taskQueue,
    args: [prompts, { ...options, ...(until !== undefined && { fresh: true }) }],
    staticSummary: name,
  });
  const held = prompts.filter((prompt) => prompt.includes('is held')).length;
  if (until === 'held') await model.until(() => gate.waiting.length === held);
  if (until === 'deadline') {
    while (!(await hasPassed(handle))) await handle.describe();
    gate.release();
  }
  if (cancel) await handle.cancel();
  if (cut) await handle.executeUpdate('cancelBranch', { args: [cut] });
  if (!leave) await handle.result().catch(() => {});
  const history = await handle.fetchHistory();
  await write(name, history);
  for (const { startChildWorkflowExecutionInitiatedEventAttributes: child } of history.events)
    if (child) await write(`${name}-lanes`, await client.workflow.getHandle(child.workflowId).fetchHistory());
  if (leave) await handle.terminate();
  gate.release();
}

/** Whether its deadline has passed: its timer fires after that of the function beside. */
async function hasPassed(handle) {
  const { events } = await handle.fetchHistory();
  return events.filter(({ timerFiredEventAttributes: fired }) => fired).length === 2;
}
