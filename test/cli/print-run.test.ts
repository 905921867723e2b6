import { expect, it } from 'vitest';

import { printRun } from '../../src/cli/show/print-run.js';
import type { TerminalText } from '../../src/cli/show/terminal-text.js';
import type { World } from '../../src/cli/world.js';
import { noUsage } from '../../src/contract/usage.js';
import type { Branch, Run } from '../../src/contract/run.js';

function branch(index: number, isOk: boolean): Branch {
  return {
    key: `d${index}`,
    index,
    attempts: 1,
    reused: false,
    hedged: false,
    usage: noUsage,
    costUsd: 0,
    startedAt: null,
    finishedAt: null,
    latency: { queuedMs: 0, modelMs: 0, retryWaitMs: 0, totalMs: 0 },
    ...(isOk ? { status: 'ok', output: '' } : { status: 'failed', error: { type: 'BadRequest', message: 'No.' } }),
  } as Branch;
}

async function shown(failed: number, lostUsd = 0, change: Partial<Run> = {}, branchesShown = false): Promise<string> {
  const branches = Array.from({ length: 120 }, (_, index) => branch(index, index >= failed));
  const run = {
    workflowId: 'wide',
    kind: 'summarise',
    status: 'partial',
    output: [],
    branches,
    coverage: { ok: 120 - failed, total: 120 },
    usage: noUsage,
    costUsd: 0.0000021,
    savedUsd: 0,
    cacheSavedUsd: 0,
    lostUsd,
    elapsedMs: 0,
    criticalPath: [],
    webUi: null,
    ...change,
  } as unknown as Run;
  let said = '';
  const screen = (write: (text: TerminalText) => void) => ({ write, isTerminal: false, colour: false, columns: 80 });
  const world = { stdout: screen(() => {}), stderr: screen(({ text }) => (said += text)) };
  await printRun(run, {} as never, world as unknown as World, { branchesShown });
  return said;
}

it('says how many branches that are not ok have no line', async () => {
  const said = await shown(70);
  expect(said.match(/^ {2}.*\bd\d+\b/gm)).toHaveLength(50);
  expect(said).toContain('… and 20 more that are not ok: `fanfold report wide --format csv` has all of them.');
  expect(await shown(50)).not.toContain('more that are not ok');
});

it('shows a tiny amount as what it is', async () => {
  expect(await shown(1)).toContain('$0.000002');
});

it('says what calls may have cost that were cut before the API had told', async () => {
  expect(await shown(1, 0.1245)).toContain('and $0.12');
  expect(await shown(1)).not.toContain('at most');
});

it('tells once why branches are not ok: in their lines, and not again as the error of the run', async () => {
  const error = { type: 'RunFailed', message: '118 of 120 branches are ok. First: d0 failed: No.' };
  expect(await shown(2, 0, { error }, true)).not.toContain('First:');
  expect((await shown(2, 0, { error })).match(/No\./g)).toHaveLength(2);
  // What says more than the headline and the lines stays.
  const more = { ...error, message: 'Expected at least 0.99 of the branches to be ok.' };
  expect(await shown(2, 0, { error: more }, true)).toContain(more.message);
});

it('says of an open run that it was asked to stop', async () => {
  expect(await shown(0, 0, { status: 'running', stopping: true })).toContain(
    'wide was asked to stop: 120 of 120 branches ok',
  );
});

it('shows a workflow’s own short fields a line each, and long ones below their names', async () => {
  const printed = async (output: object, kind = 'mine') => {
    let text = '';
    const screen = {
      write: (more: TerminalText) => (text += more.text),
      isTerminal: false,
      colour: false,
      columns: 80,
    };
    const world = { stdout: screen, stderr: { ...screen, write: () => {} } } as unknown as World;
    await printRun(
      {
        kind,
        output,
        branches: [],
        coverage: { ok: 0, total: 0 },
        usage: noUsage,
        costUsd: 0,
        savedUsd: 0,
        cacheSavedUsd: 0,
        lostUsd: 0,
        elapsedMs: 0,
        status: 'complete',
        criticalPath: [],
        webUi: null,
      } as unknown as Run,
      {} as never,
      world,
    );
    return text;
  };
  expect(await printed({ done: 12, worst: null, name: 'row-3' })).toBe('done: 12\nworst: null\nname: row-3\n\n');
  expect(await printed({ done: 12, said: 'a\nb' })).toContain('# done\n\n12');
  expect(await printed({ done: 12 }, 'graph')).toContain('# done\n\n12');
});
