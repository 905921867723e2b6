import { isGivenUp } from '../../contract/given-up.js';
import { isOfLane } from '../../contract/priority.js';
import { RelayedFailure } from '../../model/layer/index.js';
import type { CallFailure, LayerQuestion, Paid, Payer } from '../../model/layer/index.js';
import { traceNow } from '../protocol/trace.js';
import type { Done, Line, WorkerFrame } from '../protocol/frames.js';

/** Longest wait for what a call had cost that was cut, in milliseconds. */
const cutPatienceMs = 3_000;

/** The connection that a question was asked on, and the gateway at its other end. */
export interface Link {
  gateway: string;
  send(frame: WorkerFrame): void;
}

/** Why a branch's time stands still. */
type Hold = 'away' | 'waits';

/**
 * A question that was asked at the gateway, on this side.
 *
 * Pending-1. It settles once: with what the gateway says, or with the signal's reason.
 * Pending-2. When the answer is no longer wanted the gateway is told so; where nobody has said that (see `isGivenUp`), that somebody else
 *     will ask. A cut whose end is not told counts as lost, and is never asked again.
 * Pending-3. While no gateway has the question, or one says that it waits, the branch's time stands still.
 * Pending-4. A call that is lost counts once: not where it had not left, nor where it is on the bill of somebody else or of an earlier try,
 *     nor where the gateway that died with it had kept its answer.
 */
export class Pending {
  readonly answer: Promise<Paid>;
  readonly #payer: Payer;
  readonly #question: LayerQuestion;
  #resolve!: (paid: Paid) => void;
  #reject!: (error: unknown) => void;
  readonly #holds = new Set<Hold>();
  #isHeld = false;
  #letGo = () => {};
  /** Milliseconds in which it was with a gateway and did not wait there, without those since `#goesSinceMs`. */
  #goneMs = 0;
  #goesSinceMs: number | undefined;
  #cutTimer: NodeJS.Timeout | undefined;
  #link: Link | undefined;
  /** The gateway that was asked last; another one knows nothing of the question. */
  #askedAt: string | undefined;
  #asks = 0;
  /** Whether the call of the gateway that was asked before counts as lost. */
  #hasLost = false;
  #isTold = false;
  /** Whether the call that is waited for is an earlier try's, which counts what it may have cost. */
  #isRejoined = false;
  /** Whether the gateway has made no call for it yet: it waits for its turn, or for somebody who asks the same. */
  #isUnasked = false;
  /** The branch's span. */
  readonly #trace = traceNow();

  constructor(
    readonly id: number,
    question: LayerQuestion,
    payer: Payer,
  ) {
    this.#question = question;
    this.#payer = payer;
    this.answer = new Promise<Paid>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    payer.signal.addEventListener('abort', this.#abort);
    this.#hold('away');
  }

  /** The connection that it was asked on; `undefined` while nobody has it. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Whether the gateway has told its end. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** Asks a gateway, or asks again after the connection was lost. */
  askAt(link: Link): void {
    const { gateway } = link;
    const isLost = this.#askedAt !== undefined && this.#askedAt !== gateway;
    // The gateway died with the call, if there was one.
    if (isLost) this.#hasLost = this.#loseCall();
    this.#isUnasked = false;
    this.#isRejoined &&= !isLost;
    this.#askedAt = gateway;
    this.#asks += 1;
    this.#link = link;
    this.#letGoOf('waits');
    this.#letGoOf('away');
    const purse = this.#payer.purse();
    const trace = this.#trace;
    link.send({
      is: 'ask',
      id: this.id,
      question: this.#question,
      remainingMs: this.#payer.remainingMs(),
      ...(purse && { purse }),
      ...(trace && { trace }),
    });
  }

  /** Its connection is lost. */
  lost(): void {
    this.#link = undefined;
    if (this.#payer.signal.aborted) return this.#cutUntold();
    this.#hold('away');
  }

  /** @param isUnasked whether no call has left before */
  waits(on: boolean, isUnasked = false): void {
    this.#isUnasked = on && isUnasked;
    if (on) this.#hold('waits');
    else this.#letGoOf('waits');
  }

  joined(on: boolean): void {
    this.#isUnasked = on;
    if (on) this.#payer.joins?.();
  }

  rejoined(): void {
    // What is asked for again, after the connection was lost, is this try's own.
    this.#isRejoined = this.#asks === 1;
    this.#payer.joins?.();
  }

  /** Whether it is no lane's, and waits for its call. */
  isWaitingTask(line: Line): boolean {
    return this.#holds.size > 0 && !isOfLane(this.#question) && this.#question.offline === (line === 'offline');
  }

  /** So much of the answer has come: the end of it. */
  said(text: string): void {
    this.#payer.said?.(text);
  }

  done({ paid: told, failure, calls: made, rejoined = false }: Done): void {
    const { signal } = this.#payer;
    this.#isTold = true;
    // What was asked for again, after the connection was lost, is this try's own: it counts what that took.
    const isMine = this.#asks > 1 && told?.from === 'own';
    const paid = isMine ? { ...told, from: 'api' as const } : told;
    const calls = isMine && made.length === 0 ? [callOf(told, this.#takeMs(), this.#hasLost)] : made;
    // What an earlier try's worker had begun is counted by the answer's usage.
    if (!rejoined || isMine || paid === undefined) {
      for (const { isSecond, ...call } of calls) {
        if (isSecond) this.#payer.left(true);
        this.#payer.ended(call, isSecond);
      }
    } else if (paid.from === 'own') {
      const { model } = paid.message;
      this.#payer.ended({ modelMs: this.#takeMs(), model, usage: undefined, settled: true }, false);
    }
    this.#settled();
    if (signal.aborted) return this.#reject(signal.reason);
    if (paid === undefined) return this.#reject(this.#errorOf(failure));
    if (paid.from === 'api') this.#payer.answered();
    this.#resolve(paid);
  }

  fail(error: unknown): void {
    this.#settled();
    this.#reject(this.#payer.signal.aborted ? this.#payer.signal.reason : error);
  }

  readonly #abort = (): void => {
    const { signal } = this.#payer;
    if (this.#asks === 0) return this.fail(signal.reason);
    if (isGivenUp(signal.reason)) {
      this.#link?.send({ is: 'leave', id: this.id });
      this.#payer.leaves?.();
      return this.fail(signal.reason);
    }
    if (this.#link === undefined) return this.#cutUntold();
    this.#link.send({ is: 'cut', id: this.id });
    // What the call had cost is told with its end.
    this.#cutTimer = setTimeout(() => this.#cutUntold(), cutPatienceMs);
  };

  #cutUntold(): void {
    // A gateway that lives may have made its call since.
    if (this.#link === undefined) this.#isUnasked = false;
    this.#loseCall();
    this.fail(this.#payer.signal.reason);
  }

  /** Whatever the API charges for its call nobody can tell. @returns whether it counts as lost */
  #loseCall(): boolean {
    if (this.#isUnasked) return false;
    const { model } = this.#question.body;
    this.#payer.ended({ modelMs: this.#takeMs(), model, usage: undefined, settled: this.#isRejoined }, false);
    return !this.#isRejoined;
  }

  #hold(why: Hold): void {
    this.#holds.add(why);
    if (this.#isHeld) return;
    this.#isHeld = true;
    this.#goneMs = this.#takeMs();
    this.#goesSinceMs = undefined;
    const over = new Promise<void>((resolve) => {
      this.#letGo = resolve;
    });
    this.#payer.waiting(() => over).catch(() => {});
  }

  #letGoOf(why: Hold): void {
    this.#holds.delete(why);
    if (this.#holds.size > 0) return;
    this.#isHeld = false;
    this.#goesSinceMs ??= performance.now();
    this.#letGo();
  }

  /** The milliseconds for which a call was waited for, which the next call does not count. */
  #takeMs(): number {
    const nowMs = performance.now();
    const takenMs = this.#goneMs + (this.#goesSinceMs === undefined ? 0 : nowMs - this.#goesSinceMs);
    this.#goneMs = 0;
    if (this.#goesSinceMs !== undefined) this.#goesSinceMs = nowMs;
    return takenMs;
  }

  #errorOf(failure: CallFailure | undefined): unknown {
    if (failure?.type === 'ReserveUsedUp') {
      try {
        // The attempt says it in its own words.
        this.#payer.checkReserve();
      } catch (error) {
        return error;
      }
    }
    return new RelayedFailure(
      failure ?? { type: 'Unexpected', message: 'The gateway gave neither an answer nor a failure.' },
    );
  }

  #settled(): void {
    clearTimeout(this.#cutTimer);
    this.#payer.signal.removeEventListener('abort', this.#abort);
    this.#holds.clear();
    this.#letGo();
  }
}

/** The call of an answer that the journal has kept. */
function callOf({ message: { model, usage } }: Paid, modelMs: number, wasLost: boolean): Done['calls'][number] {
  return { modelMs, model, usage, settled: true, isSecond: false, ...(wasLost && { wasLost }) };
}
