import { beginningOf } from './beginning-of.js';
import type { Field, ValueSource } from './schema-value.js';

// What a parameter's name says about the part of the task that fills it.
const parts: readonly { name: RegExp; pattern: RegExp }[] = [
  { name: /url|uri|link/i, pattern: /https?:\/\/[^\s<>"')\]]+/ },
  { name: /path|file|folder|directory/i, pattern: /(?:\.{0,2}\/)?[\w-]+(?:\/[\w.-]+)+|[\w-]+\.[a-z\d]{1,5}\b/i },
  { name: /mail/i, pattern: /[\w.+-]+@[\w-]+\.[a-z]{2,}/i },
  { name: /date|day/i, pattern: /\b\d{4}-\d\d-\d\d\b/ },
  { name: /expression|formula|calculation/i, pattern: /[\d(][\d\s.()]*(?:[-+*/%^][\d\s.()]+)+/ },
];

const longestText = 200;
// The patterns above take time in proportion to the square of a text without spaces.
const longestTask = 10_000;

/** Tool input from the words of the task: quoted phrases and what a parameter's name hints at, else the task itself. */
export class TaskWords implements ValueSource {
  readonly task: string;
  readonly #numbers: number[];

  constructor(task: string) {
    this.task = beginningOf(task, longestTask);
    this.#numbers = (this.task.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);
  }

  text({ name }: Field): string {
    const hinted = parts.find((part) => part.name.test(name))?.pattern.exec(this.task)?.[0];
    const quoted = /["“‘`]([^"”’`]+)["”’`]/.exec(this.task)?.[1];
    return beginningOf((hinted ?? quoted ?? this.task).trim(), longestText);
  }

  /** The numbers of the task, one after the other, then the last one again. */
  number(): number | undefined {
    return this.#numbers.length > 1 ? this.#numbers.shift() : this.#numbers[0];
  }

  flag(): boolean {
    return true;
  }

  choose(_field: Field, values: readonly unknown[]): unknown {
    const said = this.task.toLowerCase();
    return (
      values.find((value) => typeof value === 'string' && value !== '' && said.includes(value.toLowerCase())) ??
      values[0]
    );
  }

  items(_field: Field, count: number): ValueSource[] {
    return count > 0 ? [this] : [];
  }
}
