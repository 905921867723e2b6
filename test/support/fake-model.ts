import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';

import type { Activities } from '../../src/contract/activities.js';
import type { Answer, Ledger, ModelCall } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';

type Script = (call: ModelCall, attempt: number) => Promise<Answer>;

const unexpected = async (): Promise<never> => {
  throw ApplicationFailure.nonRetryable('No batch was expected.');
};

const noBatches = {
  runLane: unexpected,
  submitBatches: unexpected,
  haveBatchesEnded: unexpected,
  cancelBatches: unexpected,
  collectBatches: unexpected,
  submitChunk: unexpected,
  collectChunk: unexpected,
  searchSource: unexpected,
  callTool: unexpected,
  checkGrammar: unexpected,
  findPattern: unexpected,
  isSearchable: async () => false,
  untoldInLanes: async () => ({ rest: null }),
  untoldTries: async () => ({}),
  placeText: unexpected,
  placeItems: unexpected,
  readOutcomes: unexpected,
  readStored: unexpected,
  boundQuestion: unexpected,
  groupAnswers: unexpected,
  answerAt: unexpected,
};

/** Activities whose answers a test decides, call by call; remembers what was asked and what was cancelled. */
export class FakeModel {
  readonly asked: string[] = [];
  readonly cancelled: string[] = [];
  inFlight = 0;
  peak = 0;
  readonly #scripts = new Map<string, Script>();
  readonly #gates = new Map<string, () => void>();

  readonly activities = {
    ...noBatches,
    askModel: async (call: ModelCall): Promise<Answer> => {
      const context = Context.current();
      this.asked.push(call.key);
      this.inFlight += 1;
      this.peak = Math.max(this.peak, this.inFlight);
      const heartbeat = setInterval(() => context.heartbeat(), 200);
      try {
        const script = this.#scripts.get(call.key) ?? (async () => answerOf(call));
        return await Promise.race([script(call, context.info.attempt), context.cancelled]);
      } catch (error) {
        if (context.cancellationSignal.aborted) this.cancelled.push(call.key);
        throw error;
      } finally {
        clearInterval(heartbeat);
        this.inFlight -= 1;
      }
    },
  } satisfies Activities;

  /** What a branch does when it is asked. */
  script(key: string, script: Script): void {
    this.#scripts.set(key, script);
  }

  /** Holds branches until `release`. */
  hold(...keys: string[]): void {
    for (const key of keys) this.#holdThen(key, async (call) => answerOf(call));
  }

  /** Holds a branch until `release`; then it fails for good. */
  holdFailure(key: string): void {
    this.#holdThen(key, failure(key, 'BadRequest'));
  }

  release(key: string): void {
    this.#gates.get(key)?.();
  }

  fail(key: string, type = 'BadRequest'): void {
    this.script(key, failure(key, type));
  }

  #holdThen(key: string, script: Script): void {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gates.set(key, open);
    this.script(key, async (call, attempt) => {
      await opened;
      return script(call, attempt);
    });
  }
}

function failure(key: string, type: string): Script {
  return async () => {
    throw ApplicationFailure.create({ type, message: `${key} failed`, nonRetryable: true, details: [noLedger] });
  };
}

/** The failure of a branch whose reserve does not do for another question. */
export function reserveUsedUp(ledger: Ledger): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'ReserveUsedUp',
    message: 'used up',
    nonRetryable: true,
    details: [ledger],
  });
}

export function answerOf(call: ModelCall, answer: Partial<Answer> = {}): Answer {
  return {
    status: 'ok',
    output: { inline: `answer of ${call.key}` },
    model: call.request.model,
    reused: false,
    savedUsd: 0,
    ledger: {
      ...noLedger,
      attempts: 1,
      usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 },
      costUsd: 0.001,
      startedAtMs: Date.now(),
      modelMs: 1,
    },
    finishedAtMs: Date.now(),
    ...answer,
  };
}
