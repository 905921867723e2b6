import { isFile } from '../../contract/document.js';
import type { StoredDocument, StoredFile } from '../../contract/document.js';
import { LocalFile } from '../read/local-file.js';
import type { Retry, RunView } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { Stored } from '../../contract/stored.js';
import { isInStore } from '../../contract/stored.js';
import { planCompare } from '../../plan/compare-plan.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import type { FanOutPlan } from '../../plan/fan-out-plan.js';
import { planGraph } from '../../plan/graph/graph-plan.js';
import { nodeOf } from '../../plan/graph/flow.js';
import type { GraphInput } from '../../plan/graph/flow.js';
import { planMap } from '../../plan/map-plan.js';
import type { MapInput } from '../../plan/map-plan.js';
import { planPerspectives } from '../../plan/perspectives-plan.js';
import type { PerspectivesInput } from '../../plan/perspectives-plan.js';
import { planSummarise } from '../../plan/summarise-plan.js';
import type { SummariseInput } from '../../plan/summarise-plan.js';
import { planValidate } from '../../plan/validate-plan.js';
import type { ValidateInput } from '../../plan/validate-plan.js';
import type { BlobStore } from '../../store/blob-store.js';
import { boundFlow } from '../read/bound-flow.js';
import { withHits } from './one-piece.js';

/** A retry and what bounds it: its input with the texts in it. */
export interface Bounded {
  retry: Retry;
  view: RunView;
  input: object;
  store: BlobStore;
}

/** The model calls of a narrow run, the texts of which are known. */
export async function directPlan({ retry, input }: Bounded): Promise<FanOutPlan> {
  // Bounds of the former run are no longer asked for.
  const { budget: _, ...options } = input as { budget?: unknown };
  switch (retry.kind) {
    case 'perspectives':
      return planPerspectives(options as PerspectivesInput);
    case 'compare':
      return planCompare(options as CompareInput);
    case 'summarise': {
      const plan = planSummarise(options as SummariseInput);
      if ('direct' in plan) return plan.direct;
      throw new InputError('Expected a run without lanes.');
    }
    case 'map': {
      const plan = planMap(options as MapInput);
      if ('direct' in plan) return plan.direct;
      throw new InputError('Expected a run without lanes.');
    }
    case 'validate': {
      const { asked } = planValidate(options as ValidateInput);
      const hasSources = ((options as ValidateInput).sources ?? []).length > 0;
      return { ...asked, branches: asked.branches.map((branch) => withHits(branch, hasSources)) };
    }
    default:
      throw new InputError(`Expected a kind whose questions are known, got ${retry.kind}.`);
  }
}

/** The bounds of a graph's nodes. What is taken over is asked about no more. */
export async function boundNodes({ retry, input }: Bounded) {
  const { budget: _, ...options } = input as GraphInput;
  const values = Object.fromEntries(
    Object.entries(options.values ?? {}).map(([name, value]) => [
      name,
      isFile(value) ? boundOf(value) : inlineOf(value),
    ]),
  );
  const anew = new Set(retry.anew.map(({ key }) => nodeOf(key)));
  const known = new Set(retry.input.known.branches?.map(({ key }) => key) ?? []);
  return boundFlow(planGraph(options), values).map((node) =>
    known.has(node.key) && !anew.has(node.key) ? { ...node, times: 0, boundUsd: 0, questionUsd: 0 } : node,
  );
}

/** A file for its bound, which asks for its extent alone. */
function boundOf({ mediaType, name, extent }: StoredFile): LocalFile {
  return new LocalFile(new Uint8Array(), mediaType, name, extent, async () => new Uint8Array());
}

function inlineOf(value: Stored<unknown>): unknown {
  return 'inline' in value ? value.inline : undefined;
}

/**
 * An input with its texts in it, as plans need it that are bounded. Files stay references.
 *
 * @throws FanfoldError `DocumentMissing` where one was stored elsewhere
 */
export async function withTexts(input: object, store: BlobStore): Promise<object> {
  const text = async (stored: StoredDocument) =>
    isFile(stored) ? stored : { inline: isInStore(stored) ? await store.readText(stored) : stored.inline };
  const value = async (stored: Stored<unknown> | StoredFile) =>
    isFile(stored)
      ? stored
      : { inline: isInStore(stored) ? (JSON.parse(await store.readText(stored)) as unknown) : stored.inline };
  const { document, documents, references, values } = input as {
    document?: StoredDocument;
    documents?: readonly { text: StoredDocument }[];
    references?: readonly { text: Stored<string> }[];
    values?: { [name: string]: Stored<unknown> | StoredFile };
  };
  return {
    ...input,
    ...(document && { document: await text(document) }),
    ...(documents && {
      documents: await Promise.all(documents.map(async (each) => ({ ...each, text: await text(each.text) }))),
    }),
    ...(references && {
      references: await Promise.all(references.map(async (each) => ({ ...each, text: await value(each.text) }))),
    }),
    ...(values && {
      values: Object.fromEntries(
        await Promise.all(Object.entries(values).map(async ([name, each]) => [name, await value(each)] as const)),
      ),
    }),
  };
}
