import { backoffMs } from '../backoff.js';
import type { ConcurrencyWindow } from './concurrency-window.js';
import type { Gate } from './gate.js';
import type { LatencyGauge } from './latency-gauge.js';
import type { CallInFlight } from './call.js';
import type { Pacing } from './pacing.js';
import type { CallOutcome } from './permit.js';
import type { HeadersLike } from './rate-headers.js';
import type { Refusals } from './refusals.js';
import type { Change } from '../../contract/limiter.js';
import type { TokenEstimates } from './token-estimates.js';

/** Shares of the cap that are left when the API is overloaded, and when its answers take longer than usual. */
const overloadDecrease = 0.7;
const slownessDecrease = 0.9;
/** Which refusal in a row closes the gate where the API asks for no pause: those before it make the cap smaller. */
const cutsBeforePause = { throttled: 3, overloaded: 2 };

interface Parts {
  window: ConcurrencyWindow;
  pacing: Pacing;
  gate: Gate;
  estimates: TokenEstimates;
  latency: LatencyGauge;
  refusals: Refusals;
  random: () => number;
  announce: (what: Change['what'], reason: string) => void;
}

/** Reacts to how a call ended. */
export class Reaction {
  throttled = 0;
  overloaded = 0;
  /** Cuts since the API last answered a call that left after the one before. */
  #strikes = 0;

  constructor(readonly parts: Parts) {}

  /** @param others calls still in flight */
  to(outcome: CallOutcome, call: CallInFlight, others: number, nowMs: number): void {
    switch (outcome.is) {
      case 'answered':
        return this.#answered(outcome, call, nowMs);
      case 'throttled':
        return this.#throttled(outcome, call, others, nowMs);
      case 'overloaded':
        return this.#overloaded(outcome, call, nowMs);
      case 'spend-limit':
        this.parts.pacing.settle(call.charges, undefined, nowMs);
        this.parts.gate.shut(outcome.reason, nowMs);
        this.parts.announce('gate', `shut: ${outcome.reason}`);
        return;
      case 'key-refused':
        this.parts.pacing.settle(call.charges, undefined, nowMs);
        this.parts.gate.shut(outcome.reason, nowMs, 'Unauthenticated');
        this.parts.announce('gate', `shut: ${outcome.reason}`);
        return;
      case 'failed':
        if (call.probe) this.parts.gate.returned(false, call.leftAtMs);
        return this.#read(outcome, call, nowMs);
    }
  }

  #answered(outcome: CallOutcome & { is: 'answered' }, call: CallInFlight, nowMs: number): void {
    const { window, pacing, gate, estimates, latency, announce } = this.parts;
    this.parts.refusals.ended();
    const { inputTokens, cacheWriteTokens, outputTokens } = outcome.usage;
    const tokens = { input: inputTokens + cacheWriteTokens, output: outputTokens };
    estimates.learn(call.ask.inputTokens, tokens);
    pacing.settle(call.charges, tokens, nowMs);
    this.#read(outcome, call, nowMs);
    // A limit that is nearly used up paces the calls anyway.
    if (pacing.hasRoom(estimates.usual, nowMs)) window.told();
    window.answered();
    if (call.epoch === window.epoch) this.#strikes = 0;
    if (call.probe) gate.returned(true, call.leftAtMs);
    const rising = latency.record(nowMs - call.leftAtMs, outputTokens);
    if (rising && window.slowDown(call.epoch, slownessDecrease, nowMs))
      announce('cap', 'answers take longer than usual');
  }

  #throttled(outcome: CallOutcome & { is: 'throttled' }, call: CallInFlight, others: number, nowMs: number): void {
    const { window, pacing } = this.parts;
    this.throttled += 1;
    this.parts.refusals.refused(call.probe, outcome.reason, nowMs);
    pacing.settle(call.charges, undefined, nowMs);
    const explained = outcome.headers !== undefined && pacing.explains(outcome.headers, call.tokens, nowMs);
    this.#read(outcome, call, nowMs);
    if (outcome.kind === 'ramp') window.rampSlower(nowMs);
    const cut = !explained && window.refused(call.epoch, others, nowMs);
    this.#pause(cut, 'throttled', outcome, call, nowMs);
  }

  #overloaded(outcome: CallOutcome & { is: 'overloaded' }, call: CallInFlight, nowMs: number): void {
    const { window, pacing } = this.parts;
    this.overloaded += 1;
    pacing.settle(call.charges, undefined, nowMs);
    this.#read(outcome, call, nowMs);
    const cut = window.slowDown(call.epoch, overloadDecrease, nowMs);
    this.#pause(cut, 'overloaded', outcome, call, nowMs);
  }

  /** Closes the gate for as long as was asked, or as repeated refusals without a word suggest. */
  #pause(
    cut: boolean,
    why: 'throttled' | 'overloaded',
    { retryAfterMs: askedMs, reason: said }: { retryAfterMs?: number | undefined; reason?: string | undefined },
    call: CallInFlight,
    nowMs: number,
  ): void {
    const { window, gate, random, announce } = this.parts;
    const status = why === 'throttled' ? 429 : 529;
    if (cut) this.#strikes += 1;
    const tooMany = this.#strikes - cutsBeforePause[why] + 1;
    const pauseMs = askedMs ?? (call.probe || (cut && tooMany >= 1) ? backoffMs(tooMany, 'equal', random) : undefined);
    if (pauseMs === undefined) {
      if (cut) announce('cap', `the API answered ${status}${said === undefined ? '' : `: ${said}`}`);
      return;
    }
    const asked = askedMs === undefined ? 'again' : `and asked for ${Math.ceil(askedMs / 1_000)} s`;
    const reason = `the API answered ${status} ${asked}${said === undefined ? '.' : `: ${said}`}`;
    if (!gate.close(pauseMs, reason, nowMs)) return;
    window.collapse(nowMs);
    announce('gate', `closed: ${reason}`);
  }

  #read({ headers }: { headers?: HeadersLike | undefined }, call: CallInFlight, nowMs: number): void {
    if (headers === undefined) return;
    const { pacing, announce } = this.parts;
    const changed = pacing.read(headers, call.charges, call.leftAtMs, nowMs);
    if (changed.length === 0) return;
    const limits = pacing.snapshot(nowMs).map(({ name, limit }) => `${limit} ${name}`);
    announce('limits', `the API allows ${limits.join(', ')} a minute`);
  }
}
