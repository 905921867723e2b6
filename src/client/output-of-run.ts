import type { Branch } from '../contract/run.js';
import { outputOf } from '../fold/fold.js';
import { withPart } from '../fold/output-parts.js';
import type { DividedOutput } from '../fold/output-parts.js';
import { rowsOutput } from '../fold/rows.js';
import { kindOf } from '../plan/kinds.js';
import type { BlobStore } from '../store/blob-store.js';
import { olderOutput } from './older-output.js';
import type { OlderRun } from './older-output.js';
import { readFindings } from './read-findings.js';
import type { RunView } from './run-view.js';

/** The findings of a run over several texts; `undefined` of any other run. */
export async function findingsOfRun({ planned }: RunView, branches: readonly Branch[], store: BlobStore) {
  const { wide, findings } = planned;
  return wide && findings && readFindings(branches, wide, findings, store);
}

/** Makes the output. The workflow made the output of a graph and of a fan-in; all others are made of the branches. */
export async function outputOfRun(
  { kind, planned, result, ownResult }: RunView,
  read: Pick<OlderRun, 'stored' | 'branches' | 'fanInCalls'>,
  store: BlobStore,
): Promise<unknown> {
  // What somebody's own workflow returns is theirs; while it is open there is nothing.
  if (kindOf(kind) === undefined) return ownResult ?? null;
  const hasFanIn = result?.fanIn !== undefined && result.status !== 'failed';
  const isFolded = kindOf(kind)?.output === 'workflow' || hasFanIn;
  if (planned.rows !== undefined && !hasFanIn) return rowsOutput(read.branches, planned.rows);
  if (!isFolded) return outputOf(kindOf(kind)?.output === 'branches as a list', read.branches);
  if (result === null) return null;
  const { output, references } = result;
  if (references === undefined) return olderOutput({ kind, planned, result, ...read });
  return wholeOutput({ output, references }, store);
}

/**
 * An output with all of its parts, such as that of a `RunResult`. Only what is listed among its references is followed, whatever
 * else looks like one.
 *
 * @throws FanfoldError `DocumentMissing` when a part was stored elsewhere
 */
export async function wholeOutput(
  { output, references }: DividedOutput,
  store: Pick<BlobStore, 'readText'>,
): Promise<unknown> {
  let whole = output;
  for (const { path, ...reference } of references) {
    whole = withPart(whole, path, JSON.parse(await store.readText(reference)));
  }
  return whole;
}
