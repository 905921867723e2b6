import { isDeepStrictEqual } from 'node:util';

import { costOf } from './model-books.mjs';

/** Milliseconds after which no call of a run that was cancelled is in flight, and how inexact the measure is. */
const cancelMs = 2_000;
const measureMs = 300;
/** How long a process needs to take its work up again after a fault, in milliseconds. */
const recoverMs = 15_000;

/** Between an answer's last byte and its being kept, in milliseconds, on a busy machine: so long it counts as under way. */
const keptWithinMs = 1_500;

const cent = 1e-6;

/** The marks around the answers that a fan-in reads: new ones for every run, which the offline model quotes. */
const marks = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/**
 * What holds after every round, seen from outside. Each is given the round, and says what is wrong.
 *
 * @type {Record<string, (round: Record<string, any>) => { checked: number, wrong: string[] }>} by the names that docs/reliability.md has
 */
export const invariants = {
  'every branch has one outcome': forEachRun(
    ({ shown, branches, reference, mayFail }) => {
      const keys = shown.branches.map(({ key }) => key);
      // Where what divides the work may fail, there may be less of it.
      const expected = branches ?? (mayFail ? undefined : reference?.branches.length);
      return [
        ...(new Set(keys).size === keys.length ? [] : [`keys come twice: ${keys}`]),
        ...(shown.branches.every(({ index }, at) => index === at) ? [] : ['indices are not in order']),
        ...(expected === undefined || keys.length === expected
          ? []
          : [`expected ${expected} branches, got ${keys.length}`]),
        ...shown.branches.filter(({ status }) => !ended.has(status)).map(({ key, status }) => `${key} is ${status}`),
      ];
    },
    ({ isCancelled }) => !isCancelled,
  ),

  'an answer received is not asked for again': ({ stage, runs, disturbances }) => {
    const wrong = [];
    const byKey = Map.groupBy?.(stage.books.calls, ({ key }) => key) ?? grouped(stage.books.calls);
    for (const [key, calls] of byKey) {
      const run = runs.find(({ id }) => id === calls[0].run);
      for (const [at, { record }] of calls.entries()) {
        const next = calls[at + 1]?.record;
        const kept = stage.keptAt.get(key);
        if (kept !== undefined && record.arrivedAt > kept)
          wrong.push(`call ${record.sequence} (${run?.id}): its answer was kept ${record.arrivedAt - kept} ms before`);
        if (next === undefined || run?.isHedged) continue;
        const isUnderWay = record.finishedAt === null || next.arrivedAt < record.finishedAt;
        if (!record.answered && !isUnderWay) continue;
        const untilMs = isUnderWay ? next.arrivedAt : record.finishedAt + keptWithinMs;
        if (disturbances.some(({ loses, fromMs, toMs }) => loses && fromMs <= untilMs && toMs >= record.arrivedAt))
          continue;
        wrong.push(
          `call ${next.sequence} (${run?.id}) asks again what call ${record.sequence} ${isUnderWay ? 'still asks' : 'was answered'}: it came ${next.arrivedAt - record.arrivedAt} ms after it`,
        );
      }
    }
    return { checked: byKey.size, wrong };
  },

  'calls of a run that is over are gone within 2 s': ({ stage, runs, disturbances }) => {
    // What has ended has calls in flight no more than what was cancelled: those that a quorum or a hedge has cut.
    const over = runs.flatMap(({ id, cancelledAtMs, closedAtMs }) => {
      const overAtMs = cancelledAtMs ?? closedAtMs;
      return overAtMs === undefined ? [] : [{ id, cancelledAtMs: overAtMs }];
    });
    const wrong = over.flatMap(({ id, cancelledAtMs }) => {
      const healed = disturbances.filter(
        ({ fromMs, toMs }) => fromMs <= cancelledAtMs + cancelMs && toMs >= cancelledAtMs - recoverMs,
      );
      const fromMs = Math.max(cancelledAtMs, ...healed.map(({ toMs }) => toMs + recoverMs));
      const lastMs = fromMs + cancelMs + measureMs;
      return stage.books
        .callsOf(id)
        .filter(({ record }) => (record.finishedAt ?? Infinity) > lastMs)
        .map(
          ({ record }) =>
            `call ${record.sequence} (${id}) ended ${(record.finishedAt ?? Infinity) - cancelledAtMs} ms after the run was over`,
        );
    });
    return { checked: over.length, wrong };
  },

  'the bill is that of the model': ({ stage, runs, disturbances, ledger, unknown }) => {
    const wrong = [];
    for (const { id, shown, isReset } of runs) {
      const calls = stage.books.everything.filter(({ run }) => run === id);
      const sum = (some) => some.reduce((total, call) => total + costOf(call), 0);
      const answered = sum(calls.filter(({ record }) => record.answered));
      const everything = sum(calls);
      const lost = sum(
        calls.filter(({ record }) => {
          const untilMs = (record.finishedAt ?? Infinity) + keptWithinMs;
          return (
            record.answered &&
            disturbances.some(
              ({ fromMs, toMs, name }) => fromMs <= untilMs && toMs >= record.arrivedAt && !name.startsWith('storm'),
            )
          );
        }),
      );
      if (shown.costUsd === null) wrong.push(`${id} has no cost`);
      if (shown.costUsd > everything + cent)
        wrong.push(`${id} says $${shown.costUsd}, more than the model’s $${everything}`);
      if (isReset) continue;
      const gap = answered - shown.costUsd;
      // What a quorum cuts may have been answered in that moment: its run counts it as lost.
      if (gap > lost + shown.lostUsd + cent)
        wrong.push(`${id} says $${shown.costUsd}, the model $${answered}; $${lost} of it may be lost`);
      else if (gap > cent) unknown.push({ run: id, usd: gap });
      const untold = sum(
        calls.filter(({ record }) =>
          disturbances.some(
            ({ givesUp, fromMs, toMs }) =>
              givesUp && fromMs <= (record.finishedAt ?? Infinity) && toMs >= record.arrivedAt,
          ),
        ),
      );
      if (shown.costUsd + shown.lostUsd + untold + cent < everything)
        wrong.push(`${id} says $${shown.costUsd} and at most $${shown.lostUsd} lost, the model $${everything} in all`);
    }
    if (ledger !== undefined) {
      const told = ledger.reduce((total, { costUsd }) => total + costUsd, 0);
      const untold = ledger.reduce((total, row) => total + row.untold, 0);
      const all = stage.books.everything;
      const answered = all.filter(({ record }) => record.answered).reduce((total, call) => total + costOf(call), 0);
      const everything = all.reduce((total, call) => total + costOf(call), 0);
      const isWhole = !disturbances.some(({ loses }) => loses);
      if (told > everything + cent) wrong.push(`the ledger has $${told}, the model $${everything}`);
      if (isWhole && Math.abs(told - answered) > cent && untold === 0)
        wrong.push(`the ledger has $${told}, the model $${answered}`);
    }
    return { checked: runs.length, wrong };
  },

  'no budget is exceeded': ({ stage, runs }) => {
    const bounded = runs.filter(({ budgetUsd }) => budgetUsd !== undefined);
    const wrong = bounded.flatMap(({ id, budgetUsd }) => {
      const spent = stage.books.everything
        .filter(({ run }) => run === id)
        .reduce((total, call) => total + costOf(call), 0);
      return spent > budgetUsd + cent ? [`${id} has cost $${spent} of $${budgetUsd}`] : [];
    });
    return { checked: bounded.length, wrong };
  },

  'what changes something is done once': ({ runs, changed }) => {
    // After a reset it is asked for, and allowed, again.
    const some = runs.filter(({ changes, isReset }) => changes !== undefined && !isReset);
    const wrong = some.flatMap(({ id }) => {
      const times = changed.get(id) ?? 0;
      return times > 1 ? [`the tool of ${id} was called ${times} times`] : [];
    });
    return { checked: some.length, wrong };
  },

  'the result is that of an undisturbed run': forEachRun((run) => {
    const { shown, reference, isCancelled, isPartial, mayFail, isDependent, changes } = run;
    if (reference === undefined) return [];
    // A tool that may have been called is not called again, and its agent is told so; what reads other branches' answers reads what there is.
    const isUnsure = changes !== undefined && shown.branches.some(({ status }) => status !== 'ok');
    if (isUnsure || ((isPartial || mayFail) && isDependent)) return [];
    const expected = new Map(reference.branches.map((branch) => [branch.key, branch]));
    const differ = shown.branches.filter(({ key, status, output }) => {
      const other = expected.get(key);
      return status === 'ok' && !(other?.status === 'ok' && isSame(output, other.output));
    });
    const wrong = differ.map(({ key }) => `${key} has another output`);
    // Answers that cannot be read are asked for once more, whatever else failed before: such a branch may have given up.
    // What was lost counts against a budget, too.
    const isShort = shown.branches.some(({ error }) => error?.type === 'OverBudget');
    const gaveUp = shown.branches.some(({ error }) => /MalformedAnswer/.test(`${error?.type} ${error?.message}`));
    if (isCancelled || gaveUp || isShort || isPartial || mayFail) return wrong;
    if (shown.status !== reference.status) {
      const failed = shown.branches.find(({ status }, at) => status !== reference.branches[at]?.status);
      wrong.push(
        `it is ${shown.status}, not ${reference.status}: ${failed?.key} ${failed?.status} ${failed?.error?.type} ${failed?.error?.message}; ${JSON.stringify(shown.error)}`,
      );
    } else if (!isSame(shown.output, reference.output)) wrong.push('it has another output');
    return wrong;
  }),

  'runs end unaided': ({ runs, unended }) => ({ checked: runs.length, wrong: unended }),

  'nothing is left': ({ leavings }) => ({ checked: 1, wrong: leavings }),

  'commands say what is wrong': ({ badExits }) => ({ checked: 1, wrong: badExits }),
};

const ended = new Set(['ok', 'truncated', 'refused', 'invalid', 'failed', 'timed-out', 'cancelled', 'skipped', 'late']);

/**
 * @param {(run: Record<string, any>) => string[]} check
 * @param {(run: Record<string, any>) => boolean} applies
 * @returns {(round: Record<string, any>) => { checked: number, wrong: string[] }}
 */
function forEachRun(check, applies = () => true) {
  return ({ runs }) => {
    const some = runs.filter((run) => run.shown !== undefined && applies(run));
    return {
      checked: some.length,
      wrong: some.flatMap((run) => check(run).map((what) => `${run.id} (${run.kind}): ${what}`)),
    };
  };
}

function isSame(one, other) {
  // A result has room for what was found, and not for its texts; the history, which tells of runs without one, has them.
  const brief = (key, value) =>
    key === 'hits' && Array.isArray(value) ? value.map(({ title, link }) => ({ title, link })) : value;
  const plain = (value) => JSON.parse((JSON.stringify(value, brief) ?? 'null').replaceAll(marks, 'mark'));
  return isDeepStrictEqual(plain(one), plain(other));
}

function grouped(calls) {
  const groups = new Map();
  for (const call of calls) groups.set(call.key, [...(groups.get(call.key) ?? []), call]);
  return groups;
}
