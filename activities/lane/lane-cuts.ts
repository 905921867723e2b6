import { CancelledFailure } from '@temporalio/common';

import { fromRanges } from '../../src/contract/lanes.js';
import type { LaneCuts as Told } from '../../src/contract/lane-messages.js';
import type { Lane } from '../../src/contract/lanes.js';
import { cutByKey } from '../../src/contract/outcome.js';
import { abortOf } from '../branch/host.js';
import type { ActivitiesSettings } from '../settings.js';
import { eitherSignal } from '../../src/network/index.js';
import type { EitherSignal } from '../../src/network/either-signal.js';

/** Milliseconds between two questions of a lane that has been told to stop once: it is not told again. */
const askEveryMs = 500;

/** Longest wait for the first answer, in milliseconds: calls of a run that is cancelled are to be closed within two seconds. */
const mostWaitMs = 1_000;

/**
 * Tells the branches of a lane when they are cut: all of them, or single ones.
 *
 * LaneCuts-1. A lane that is told to stop asks its workflow which branches are meant. Without an answer the calls of all are closed, and
 *     those that nobody has cut are another lane's.
 * LaneCuts-2. From then on it asks again and again, because Temporal tells an activity once only.
 */
export class LaneCuts {
  readonly #all = new AbortController();
  readonly #one = new Map<number, AbortController>();
  /** Indices among all branches. */
  readonly #cut = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isUntold = false;
  readonly #letGo: () => void;

  /**
   * @param told aborted when the lane is told to stop
   * @param ending when the worker ends, too: see `abortOf`
   * @param ask asks the workflow
   */
  constructor(
    lane: Pick<Lane, 'firstIndex' | 'cut'>,
    told: AbortSignal,
    ending: Pick<ActivitiesSettings, 'layer' | 'draining'>,
    readonly ask: () => Promise<Told>,
  ) {
    this.add(lane);
    const { signal, letGo } = abortOf(told, ending);
    this.#letGo = letGo;
    const stop = () => {
      const { reason } = signal as { reason: unknown };
      if (reason instanceof Error && reason.message === 'CANCELLED') void this.#look(reason);
      else this.#all.abort(reason);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  }

  /** Aborted when the whole lane is cut. */
  get signal(): AbortSignal {
    return this.#all.signal;
  }

  /** Whether all are cut because nobody has said which are meant. */
  get isUntold(): boolean {
    return this.#isUntold;
  }

  /** Takes on documents of a chunk, some of which may have been cut before. */
  add({ firstIndex, cut = [] }: Pick<Lane, 'firstIndex' | 'cut'>): void {
    for (const place of fromRanges(cut)) this.#cut.add(firstIndex + place);
  }

  /** Aborted when this branch is cut, or all are. */
  signalOf(index: number): EitherSignal {
    const one = new AbortController();
    if (this.#cut.has(index)) one.abort(cut());
    this.#one.set(index, one);
    const { signal, letGo } = eitherSignal(this.#all.signal, one.signal);
    return {
      signal,
      letGo: () => {
        this.#one.delete(index);
        letGo();
      },
    };
  }

  /** The lane has ended. */
  stop(): void {
    this.#isOver = true;
    this.#letGo();
    clearTimeout(this.#timer);
  }

  /** @param reason why all are cut, where no single ones are */
  async #look(reason: unknown, isFirst = true): Promise<void> {
    const answer = await withinTime(this.ask()).catch(() => (isFirst ? undefined : []));
    if (this.#isOver) return;
    if (answer === undefined || answer === null) {
      this.#isUntold = answer === undefined;
      return this.#all.abort(reason);
    }
    for (const index of fromRanges(answer)) {
      this.#cut.add(index);
      this.#one.get(index)?.abort(cut());
    }
    this.#timer = setTimeout(() => void this.#look(reason, false), askEveryMs);
  }
}

function cut(): CancelledFailure {
  return new CancelledFailure(cutByKey);
}

async function withinTime<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${mostWaitMs} ms.`)), mostWaitMs);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
