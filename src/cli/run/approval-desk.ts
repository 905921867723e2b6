import { createInterface } from 'node:readline/promises';

import { approveRun } from '../../client/index.js';
import type { RunView } from '../../client/index.js';
import type { Approval } from '../../contract/run.js';
import type { ProgressView } from '../show/progress-view.js';
import type { Session } from '../home/session.js';
import { line } from '../show/terminal-text.js';
import type { Screen, World } from '../world.js';

/** Milliseconds after a question in which an answer was typed for something else, and does not count. */
const typedAheadMs = 300;

/** Milliseconds after which an answer that no worker has taken is told of: one that runs takes it at once. */
const defaultUntakenMs = 3_000;

/** A decision at the terminal: `undefined` where there is none, because it was made elsewhere or the run was left. */
type Answer = boolean | undefined;

/**
 * Asks about one call, until it is allowed or refused.
 *
 * ApprovalDesk-1. Only `y` or `yes` allows. A call that is shown cut is allowed by its name only, as by `fanfold approve`.
 * ApprovalDesk-2. What was typed before the question could be read decides nothing.
 * ApprovalDesk-3. The question that an answer decides is the last that stands on the screen.
 *
 * @param signal ends the asking
 * @param stands is told how to ask once more while the question stands, and when it stands no longer
 */
export async function askApproval(
  { key, takesName }: Pick<Approval, 'key' | 'takesName'>,
  { stdin, stderr }: { stdin: NodeJS.ReadableStream; stderr: Pick<Screen, 'write'> },
  signal: AbortSignal,
  stands: (again: (() => void) | undefined) => void = () => {},
): Promise<Answer> {
  // The terminal's own line editing keeps Ctrl-C a signal.
  const asking = createInterface({ input: stdin, terminal: false });
  const close = () => asking.close();
  signal.addEventListener('abort', close, { once: true });
  const ask = () => {
    const how = takesName ? `its name allows it, n refuses it` : 'y/n';
    stderr.write(line`Allow ${key}? [${how}] `);
    return Date.now();
  };
  try {
    if (signal.aborted) return undefined;
    let askedAtMs = ask();
    stands(() => {
      askedAtMs = ask();
    });
    for await (const typed of asking) {
      if (signal.aborted) return undefined;
      const word = typed.trim();
      const counts = Date.now() - askedAtMs >= typedAheadMs;
      if (counts && /^no?$/i.test(word)) return false;
      if (counts && (takesName ? word === key : /^y(es)?$/i.test(word))) return true;
      askedAtMs = ask();
    }
    return undefined;
  } finally {
    stands(undefined);
    signal.removeEventListener('abort', close);
    asking.close();
  }
}

/** Asks at the terminal about calls that wait to be allowed, one after the other. */
export class ApprovalDesk {
  readonly #left = new AbortController();
  #asking: Promise<void> = Promise.resolve();
  readonly #open = new Map<string, AbortController>();
  #askAgain: (() => void) | undefined;

  constructor(
    private readonly session: Session,
    private readonly view: RunView,
    private readonly world: Pick<World, 'stdin' | 'stderr'>,
    private readonly progress: ProgressView | undefined,
    private readonly untakenMs = defaultUntakenMs,
  ) {}

  /** Whether there is a terminal to ask at. */
  static canAsk({ stdin, stderr }: World): boolean {
    return stdin.isTTY === true && stderr.isTerminal;
  }

  /** Asks about a call once those before it are decided. */
  add(eventId: string, approval: Approval): void {
    const decided = new AbortController();
    this.#open.set(eventId, decided);
    const signal = AbortSignal.any([decided.signal, this.#left.signal]);
    this.#asking = this.#asking.then(() => this.#decide(approval, signal)).catch(() => {});
  }

  /** Drops questions that were answered elsewhere, such as by `fanfold approve` or in the Web UI. */
  keep(waiting: ReadonlyMap<string, string>): void {
    for (const [eventId, decided] of this.#open) {
      if (waiting.has(eventId)) continue;
      decided.abort();
      this.#open.delete(eventId);
    }
  }

  /** Writes something else: below a question that stands, which is asked once more after it. */
  beside(write: () => void): void {
    const again = this.#askAgain;
    if (again !== undefined) this.world.stderr.write(line`\n`);
    write();
    again?.();
  }

  leave(): void {
    this.#left.abort();
  }

  async #decide(approval: Approval, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const resume = this.progress?.pause();
    try {
      const allow = await askApproval(approval, this.world, signal, (again) => {
        this.#askAgain = again;
      });
      if (allow === undefined) return this.world.stderr.write(line`\n`);
      const untaken = setTimeout(() => !this.#left.signal.aborted && this.#tellUntaken(approval), this.untakenMs);
      const decision = { allow, keys: [approval.key] };
      await approveRun(this.session.client, this.view.workflowId, decision).finally(() => clearTimeout(untaken));
    } catch (error) {
      this.world.stderr.write(line`fanfold: ${(error as Error).message}\n`);
    } finally {
      resume?.();
    }
  }

  #tellUntaken({ key }: Approval): void {
    this.world.stderr.write(
      line`fanfold: no worker has taken the answer about ${key} yet. Where none runs, \`fanfold worker\` starts one.\n`,
    );
  }
}
