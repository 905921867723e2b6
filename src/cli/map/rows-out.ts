import type { Branch } from '../../contract/run.js';
import { AgreementSum } from '../../fold/agreement.js';
import type { Agreement } from '../../fold/agreement.js';
import { answersPerRow, rowAnswer, saidIn } from '../../fold/rows.js';
import type { BranchSink } from '../run/follow-run.js';
import type { World } from '../world.js';
import type { MapRow } from './map-rows.js';
import type { RowFormat } from './row-format.js';
import type { RowShape } from './row-record.js';

/** What is next in input order: a row as it was written before, or one that is asked about. */
export type Step = { old: string } | { row: MapRow; isThere: boolean };

/** Where rows are written. */
export interface RowsTarget {
  write(text: string): Promise<void>;
}

/** Characters that are written together. */
const together = 1_000_000;

/**
 * Writes a row for each row of the table as soon as all rows before it are there.
 *
 * RowsOut-1. Each row is written once, in input order.
 * RowsOut-2. No more is in memory than what has ended out of its turn.
 */
export class RowsOut implements BranchSink {
  readonly streams = true;
  readonly #steps: AsyncIterator<Step>;
  readonly #waiting = new Map<number, Branch[]>();
  readonly #agreement: AgreementSum;
  #step: Step | undefined;
  #row = 0;
  #hasEnded = false;
  #isComplete = false;

  constructor(
    steps: AsyncIterable<Step>,
    readonly target: RowsTarget,
    readonly format: RowFormat,
    readonly shape: RowShape,
    readonly columns: readonly string[],
    readonly secrets: World['secrets'],
  ) {
    this.#agreement = new AgreementSum(shape.fold.ways ?? []);
    this.#steps = steps[Symbol.asyncIterator]();
  }

  /** Of rows that are compared: how far the answers agree, of those that are written; kept where rows themselves are not. */
  get output(): { agreement: Agreement } | undefined {
    return this.shape.fold.compares === true ? { agreement: this.#agreement.agreement } : undefined;
  }

  /** Whether every row is written, and not only taken to be. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  async add(branch: Branch): Promise<void> {
    const each = answersPerRow(this.shape.fold);
    const row = Math.floor(branch.index / each);
    if (row < this.#row) return;
    const others = this.#waiting.get(row) ?? [];
    others[branch.index % each] = this.secrets?.value(branch) ?? branch;
    this.#waiting.set(row, others);
    if (row === this.#row) await this.write();
  }

  /** Writes what is next in input order. */
  async write(): Promise<void> {
    let text = '';
    for (;;) {
      this.#step ??= await this.#next();
      if (this.#step === undefined) break;
      const written = 'old' in this.#step ? this.#step.old : this.#take(this.#step);
      if (written === undefined) break;
      this.#step = undefined;
      text += written;
      if (text.length < together) continue;
      await this.target.write(text);
      text = '';
    }
    if (text !== '') await this.target.write(text);
    this.#isComplete = this.#hasEnded;
  }

  async close(): Promise<void> {
    await this.#steps.return?.();
  }

  async #next(): Promise<Step | undefined> {
    if (this.#hasEnded) return undefined;
    const { done, value } = await this.#steps.next();
    if (done === true) this.#hasEnded = true;
    return done === true ? undefined : value;
  }

  #take({ row, isThere }: { row: MapRow; isThere: boolean }): string | undefined {
    const { fold } = this.shape;
    const branches = this.#waiting.get(this.#row);
    if (branches === undefined || Object.keys(branches).length < answersPerRow(fold)) return undefined;
    this.#waiting.delete(this.#row);
    this.#row += 1;
    if (fold.compares === true) this.#agreement.add(saidIn(branches, fold));
    return isThere ? '' : this.format.row(this.shape.recordOf(row, rowAnswer(branches, fold)), this.columns);
  }
}
