import { fromRanges, toRanges } from '../../src/contract/lanes.js';
import type { Lane, LaneBeat } from '../../src/contract/lanes.js';
import type { Ledger } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';

/** For the ledgers of the branches that are under way, by index. */
export function noLedgers(): Map<number, Ledger> {
  return new Map();
}

/** What a lane has under way, by index: ledgers that have nothing to tell are left out. */
export function beatOf(indices: readonly number[], ledgers: ReadonlyMap<number, Ledger>): LaneBeat {
  const telling = [...ledgers].filter(
    ([, { attempts, costUsd, lostUsd }]) => attempts > 1 || costUsd !== 0 || lostUsd > 0,
  );
  return { underWay: toRanges(indices), ...(telling.length > 0 && { ledgers: Object.fromEntries(telling) }) };
}

/** What the worker's end has cut: calls that go on elsewhere are in open ledgers. */
export function cutBeat(ledgers: ReadonlyMap<number, Ledger>): LaneBeat {
  const open = [...ledgers].flatMap(([index, ledger]) => (ledger.open ? [index] : []));
  return beatOf(
    open.toSorted((one, other) => one - other),
    ledgers,
  );
}

/** What lanes before have left of branches that they had begun: each under way may have a call out of which nobody has told. */
export function ledgersOf({ begunBefore }: Pick<Lane, 'begunBefore'>): Map<number, Ledger> {
  const { underWay = [], ledgers = {} } = begunBefore ?? {};
  const spent = Object.entries(ledgers).map(([index, ledger]) => [Number(index), ledger] as const);
  const open = fromRanges(underWay).map((index) => [index, { ...noLedger, ...ledgers[index], open: true }] as const);
  return new Map([...spent, ...open]);
}
