import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import { createFoldAnswers } from '../../activities/fold-answers.js';
import { callOf } from '../../activities/lane/lane-call.js';
import { LaneCuts } from '../../activities/lane/lane-cuts.js';
import { unasked } from '../../activities/lane/lane-documents.js';
import { LaneReporter } from '../../activities/lane/lane-reporter.js';
import { WorkflowOfLane } from '../../activities/lane/workflow-of-lane.js';
import { createLibraryActivities } from '../../activities/library.js';
import type { Activities } from '../contract/activities.js';
import { fromRanges } from '../contract/lanes.js';
import type { Item, Lane, LaneResult } from '../contract/lanes.js';
import type { Answer, ModelCall } from '../contract/model-call.js';
import { askedAt, whyUnasked } from '../plan/item-request.js';
import { noLedger, outcomeOfAnswer, outcomeOfFailure } from '../contract/outcome.js';
import { MemoryStore } from './memory-store.js';
import type { AskedQuestion, MockAnswer } from './mock-answer.js';

/** Activities that are answered by a function, in lanes as alone. What it does not stand for fails at once, and says so. */
export function mockActivities(answer: MockAnswer, store: MemoryStore): Activities {
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
  const runLane = async (lane: Lane): Promise<LaneResult> => {
    const context = Context.current();
    const workflow = new WorkflowOfLane(context, lane);
    if (workflow.isOutdated) return { rest: null, left: lane.places, why: 'reset' };
    const items = JSON.parse(await store.readText(lane.chunk)) as Item[];
    const reporter = new LaneReporter(lane, store, (report) => workflow.report(report));
    // A lane is told to stop, too, where single branches of it are cut: the others go on.
    const cuts = new LaneCuts(lane, context.cancellationSignal, {}, () => workflow.askCuts());
    const one = async (place: number) => {
      const asked = askedAt(items, place, lane.template);
      if (asked === undefined) return;
      const why = whyUnasked(lane.template, asked);
      if (why !== undefined) return reporter.add(unasked(lane, asked.key, place, why));
      const call: ModelCall = { ...callOf(lane, asked, place), inlineBytes: asked.item.call?.inlineBytes ?? Infinity };
      const { signal, letGo } = cuts.signalOf(lane.firstIndex + place);
      const outcome = await Promise.race([askModel(call), aborted(signal)]).then(
        (given) => outcomeOfAnswer(call, given),
        (failure: unknown) => outcomeOfFailure(call, failure, Date.now(), signal.aborted),
      );
      letGo();
      // What is cut with its lane has no outcome of its own.
      if (!cuts.signal.aborted) reporter.add(outcome);
    };
    const beat = beating(context);
    try {
      await Promise.race([Promise.all(fromRanges(lane.places).map(one)), aborted(cuts.signal)]);
      return { rest: await reporter.rest(), left: [], why: 'done' };
    } catch {
      throw new CancelledFailure('CANCELLED', [await reporter.rest()]);
    } finally {
      clearInterval(beat);
      cuts.stop();
      reporter.stop();
    }
  };
  return {
    ...createLibraryActivities({ store }),
    ...createFoldAnswers({ store }),
    isSearchable: async () => false,
    untoldInLanes: async () => ({ rest: null }),
    untoldTries: async () => ({}),
    askModel: (call) => untilCancelled(askModel(call)),
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

/** A function that never answers holds no branch that has been cut. */
async function untilCancelled<Value>(work: Promise<Value>): Promise<Value> {
  const context = Context.current();
  const beat = beating(context);
  try {
    return await Promise.race([work, context.cancelled]);
  } finally {
    clearInterval(beat);
  }
}

/** Cancellation comes with a heartbeat. */
function beating(context: Context): NodeJS.Timeout {
  return setInterval(() => context.heartbeat(), 200);
}

/** @throws the signal's reason, once it is aborted */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const reason = () => reject(signal.reason as Error);
    if (signal.aborted) reason();
    else signal.addEventListener('abort', reason, { once: true });
  });
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

function unmocked(name: string): () => Promise<never> {
  return async () => {
    throw ApplicationFailure.nonRetryable(`\`mockAsk\` answers questions; it has no \`${name}\`.`, 'NotMocked');
  };
}
