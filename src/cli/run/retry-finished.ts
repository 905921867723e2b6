import { planRetry, retriesOf, startRun, usableId } from '../../client/index.js';
import type { Retry, RunView, RunToStart } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { priorities } from '../../contract/priority.js';
import { markdownLine, shellWord } from '../../fold/visible-text.js';
import { plannedRun } from '../../plan/kinds.js';
import { needOf } from '../worker/ensure-worker.js';
import { sayer } from '../home/session.js';
import type { Session } from '../home/session.js';

import type { World } from '../world.js';
import { checkRun, conductIn } from './conduct-run.js';
import { OutDraft } from './out-draft.js';
import { withTexts } from './retried-plan.js';
import { dryRetry, retryBudget } from './retry-budget.js';
import { runOptions } from './run-flags.js';
import type { RunFlags } from './run-flags.js';
import { counted } from '../read/numbers.js';

export interface RetryFlags extends RunFlags {
  out?: string;
}

/**
 * Begins failed branches of a finished run anew, in a run that is linked to it and takes the rest over.
 *
 * @throws InputError where there is nothing to retry, or a flag does not fit; nothing is started then
 */
export async function retryFinished(
  session: Session,
  view: RunView,
  keys: readonly string[],
  flags: RetryFlags,
  world: World,
): Promise<ExitCode> {
  const { store, client } = session;
  if (flags.out !== undefined && view.kind !== 'summarise') {
    const advice =
      view.kind === 'map' ? '`fanfold map ROWS --out FILE --retry-failed` puts the rows of a file right.' : undefined;
    throw new InputError(`Expected \`--out\` for a run of summarise, got one of ${view.kind}.`, advice);
  }
  if (flags.model !== undefined && (view.input as { models?: unknown }).models !== undefined) {
    throw new InputError('Expected no `--model` for a comparison of models: each branch is one of them.');
  }
  const retry = await planRetry(view, keys, store);
  const given = { ...retry.input, ...runOptions(flags) };
  const { problem } = plannedRun(retry.kind, { ...given, budget: undefined });
  if (problem !== undefined) throw new InputError(problem);
  const bounded = { retry, view, input: await withTexts(given, store), store };
  if (flags.dryRun) return dryRetry(bounded, flags, world);
  const budget = await retryBudget(bounded, flags, world);
  const input = { ...given, ...budget, searchable: session.searchable };
  const workflowId = flags.id ?? (await retryId(session, view, { kind: retry.kind, input } as RunToStart));
  const planned = plannedRun(retry.kind, input);
  const need = needOf(planned);
  checkRun(need, flags, world);
  await sayWhatIs(session, view, retry, workflowId, flags, world);
  const out = flags.out === undefined ? undefined : await OutDraft.open(flags.out, workflowId, retry.keys, world);
  try {
    return await conductIn(
      { session, need },
      flags,
      world,
      () =>
        startRun(client, {
          // What the finished run was begun with is of its kind.
          kind: retry.kind,
          input,
          workflowId,
          summary: `retries ${view.workflowId}: ${retry.anew.map(({ key }) => key).join(', ')}`,
          details: `Retries ${markdownLine(view.workflowId)}: **${counted(retry.anew.length, 'branch', 'branches')}** begun anew, ${retry.taken} taken over.`,
          retries: retry.input.known.from,
          ...(view.priority !== priorities.usual && { priority: view.priority }),
        } as RunToStart),
      out?.file,
    );
  } finally {
    await out?.close();
  }
}

async function sayWhatIs(
  { client }: Session,
  view: RunView,
  retry: Retry,
  workflowId: string,
  flags: RunFlags,
  world: World,
): Promise<void> {
  const say = sayer(world, flags.quiet);
  const what = retry.anew.length === 0 ? 'its fan-in' : counted(retry.anew.length, 'branch', 'branches');
  say(`begins ${what} of ${view.workflowId} anew, and takes ${retry.taken} over at no cost.`);
  const others = ((await retriesOf(client, [view.workflowId])).get(view.workflowId) ?? []).filter(
    (id) => id !== workflowId,
  );
  const [newest] = others;
  if (newest === undefined) return;
  say(
    `it has been retried by ${others.join(', ')} before, whose answers are not taken over: \`fanfold retry ${shellWord(newest)}\` does that.`,
  );
}

const numbered = /^(.*)-retry-(\d+)$/s;

/** Most retries of one run that are numbered. */
const mostNumbered = 1_000;

/** The same id for the same retry, so that it is not begun twice; the next free number for another. */
async function retryId({ client }: Session, { workflowId, retries }: RunView, run: RunToStart): Promise<string> {
  const [, root, number] = (retries && numbered.exec(workflowId)) ?? [];
  const first = root === undefined ? 1 : Number(number) + 1;
  const ids = Array.from({ length: mostNumbered }, (_, at) => `${root ?? workflowId}-retry-${first + at}`);
  const id = await usableId(client, run, ids);
  if (id !== undefined) return id;
  throw new InputError(
    `Expected at most ${mostNumbered} retries of \`${workflowId}\` without \`--id\`, got as many.`,
    'Choose an --id.',
  );
}
