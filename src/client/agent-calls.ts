import type { Answer } from '../contract/model-call.js';
import type { WantedCall } from '../contract/model-request.js';
import { approvalOf, callKeys } from '../fold/approval.js';

export type { WantedCall } from '../contract/model-request.js';

/** Calls of tools of an agent: those that the model wanted, those that wait for a person to allow them, and for how long any did. */
export class AgentCalls {
  /** Keys of calls that wait to be allowed, by the event of their timer. */
  readonly waiting = new Map<string, string>();
  /** The calls that the model asked for, by their keys. */
  readonly wanted = new Map<string, WantedCall>();
  /** Milliseconds in which at least one has waited. */
  waitedMs = 0;
  /** Its tools; without them a run is no agent, and wants nothing. */
  tools: readonly { name: string }[] | undefined;
  /** Keys of all calls so far. */
  readonly #keys = new Set<string>();
  #sinceMs: number | undefined;

  /** Takes in a timer, which by its summary may stand for a call that waits to be allowed. */
  waits(eventId: string, summary: unknown, atMs: number): void {
    const key = typeof summary === 'string' ? approvalOf(summary) : undefined;
    if (key === undefined) return;
    this.#sinceMs ??= atMs;
    this.waiting.set(eventId, key);
  }

  /** A timer is over. */
  waited(eventId: string, atMs: number): void {
    if (!this.waiting.delete(eventId) || this.waiting.size > 0 || this.#sinceMs === undefined) return;
    this.waitedMs += atMs - this.#sinceMs;
    this.#sinceMs = undefined;
  }

  /** Takes in a branch of an earlier execution. */
  carry(key: string): void {
    this.#keys.add(key);
  }

  /** Takes in the calls that a turn wants. */
  want({ turn }: Answer): void {
    if (this.tools === undefined || turn === undefined) return;
    const keys = callKeys(turn.calls, this.tools, [...this.#keys]);
    for (const [at, key] of keys.entries()) {
      this.#keys.add(key);
      this.wanted.set(key, turn.calls[at] as WantedCall);
    }
  }
}
