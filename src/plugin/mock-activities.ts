import { ApplicationFailure } from '@temporalio/common';

import { createLibraryActivities } from '../../activities/library.js';
import type { Activities } from '../contract/activities.js';
import type { StoredBranch } from '../contract/branch.js';
import { fromRanges, tallyOf, toRanges } from '../contract/lanes.js';
import type { Item, Lane, LaneReport } from '../contract/lanes.js';
import type { Answer, ModelCall } from '../contract/model-call.js';
import { noLedger, outcomeOfAnswer, outcomeOfFailure } from '../contract/outcome.js';
import { MemoryStore } from './memory-store.js';
import type { AskedQuestion, MockAnswer } from './mock-answer.js';

/** Activities that are answered by a function, in lanes as alone. What it does not stand for fails at once, and says so. */
export function mockActivities(answer: MockAnswer): Activities {
  const store = new MemoryStore();
  const askModel = async (call: ModelCall): Promise<Answer> => {
    const startedAtMs = Date.now();
    const output = await answered(answer, await questionOf(call, store));
    const json = JSON.stringify(output) ?? 'null';
    const isLarge = Buffer.byteLength(json) > call.inlineBytes;
    return {
      status: 'ok',
      output: isLarge ? await store.putText(json) : { inline: output },
      model: call.request.model,
      reused: false,
      savedUsd: 0,
      ledger: { ...noLedger, attempts: 1, startedAtMs, answered: true },
      finishedAtMs: Date.now(),
    };
  };
  const runLane = async (lane: Lane) => {
    const items = JSON.parse(await store.readText(lane.chunk)) as Item[];
    const outcomes = await Promise.all(
      fromRanges(lane.places).map(async (place): Promise<StoredBranch> => {
        const call = callOf(lane, items[place] as Item, place);
        return askModel(call).then(
          (given) => outcomeOfAnswer(call, given),
          (failure: unknown) => outcomeOfFailure(call, failure, Date.now()),
        );
      }),
    );
    const rest: LaneReport = {
      blob: await store.putText(JSON.stringify(outcomes)),
      indices: toRanges(outcomes.map(({ index }) => index)),
      tally: tallyOf(outcomes),
    };
    return { rest, left: [], why: 'done' as const };
  };
  return {
    ...createLibraryActivities({ store }),
    askModel,
    runLane,
    searchSource: unmocked('searchSource'),
    callTool: unmocked('callTool'),
    checkGrammar: unmocked('checkGrammar'),
    findPattern: unmocked('findPattern'),
    submitBatches: unmocked('submitBatches'),
    haveBatchesEnded: unmocked('haveBatchesEnded'),
    cancelBatches: unmocked('cancelBatches'),
    submitChunk: unmocked('submitChunk'),
    collectChunk: unmocked('collectChunk'),
    collectBatches: unmocked('collectBatches'),
  };
}

/** What the function throws ends the branch: a test waits for no second try, unless it says so with a failure of Temporal's. */
async function answered(answer: MockAnswer, question: AskedQuestion): Promise<unknown> {
  try {
    return await answer(question);
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'MockFailed');
  }
}

async function questionOf({ key, request }: ModelCall, store: MemoryStore): Promise<AskedQuestion> {
  const { model, maxTokens, system, prompt, document, outputSchema } = request;
  const text = document && ('inline' in document ? document.inline : await store.readText(document));
  return {
    key,
    model,
    maxTokens,
    system,
    prompt,
    ...(text !== undefined && { document: text }),
    ...(outputSchema !== undefined && { outputSchema }),
  };
}

function callOf(
  { firstIndex, offline, timeoutMs, attempts, queuedAtMs, template }: Lane,
  item: Item,
  place: number,
): ModelCall {
  const request = { ...template, document: { inline: item.text } };
  const { key } = item;
  const shared = { offline, timeoutMs, attempts, queuedAtMs, inlineBytes: Infinity };
  return { key, index: firstIndex + place, request, ...shared, ...item.call };
}

function unmocked(name: string): () => Promise<never> {
  return async () => {
    throw ApplicationFailure.nonRetryable(`\`mockAsk\` answers questions; it has no \`${name}\`.`, 'NotMocked');
  };
}
