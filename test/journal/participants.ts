import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

import type { JournalSettings } from '../../src/journal/index.js';
import type { Site } from './journals.js';

const script = fileURLToPath(new URL('participant.mjs', import.meta.url));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

export interface Part {
  role: 'write' | 'read' | 'ask';
  place: Site;
  settings?: Partial<JournalSettings>;
  /** The number of its question, or of its first one. */
  seed: number;
  width?: number;
  /** Longest file that it may write, in blocks of 512 bytes: the disk is full beyond it. */
  mostBlocks?: number;
}

type Message = Record<string, unknown>;

/** What `participant.mjs` writes under a number. */
export function answerOf(question: number): string {
  return `${question} `.repeat(1 + (question % 7) ** 4);
}

/** Another process that uses the journal. */
export class Participant {
  readonly #child: ChildProcess;
  readonly #told: Message[] = [];
  readonly #listeners = new Set<() => void>();

  constructor({ mostBlocks, ...part }: Part) {
    // Beyond the limit a write fails, as on a full disk, if the signal for it is ignored.
    const limit = mostBlocks === undefined ? '' : `trap '' XFSZ; ulimit -f ${mostBlocks};`;
    const args = ['-c', `${limit} exec "$0" "$@"`, process.execPath, script, JSON.stringify(part)];
    this.#child = spawn('sh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(this.#child);
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      // The last line of a killed process may be cut.
      if (!line.endsWith('}')) return;
      this.#told.push(JSON.parse(line) as Message);
      for (const listener of this.#listeners) listener();
    });
  }

  /** Everything that it has told under a name. */
  all(name: string): unknown[] {
    return this.#told.flatMap((message) => (name in message ? [message[name]] : []));
  }

  /** Waits until it has told something under a name, so often. */
  async told(name: string, times = 1): Promise<unknown> {
    for (;;) {
      const values = this.all(name);
      if (values.length >= times) return values.at(-1);
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }

  say(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** As `kill -STOP` does: it lives, and does nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** As `kill -9` does; resolves when all that it has told has been read. */
  async kill(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }
}
