import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Most characters that are kept, and most lines of them that are told. */
const mostKept = 4_000;
const mostLines = 6;

/** Time that what a program has written takes to arrive after its end, in milliseconds. */
const arrivesMs = 50;

/** The end of what a program says on standard error. It is read all the time: a full pipe would stop the program. */
export class LastWords {
  #text = '';

  constructor(stream: Readable) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const text = this.#text + chunk;
      // A line of which the beginning is gone could show half of a secret.
      this.#text = text.length <= mostKept ? text : text.slice(-mostKept).replace(/^[^\n]*\n?/, '');
    });
  }

  /** Its last lines, on one line; empty where it has said nothing. */
  async told(): Promise<string> {
    await sleep(arrivesMs);
    const lines = this.#text.split(/[\r\n]+/).filter((each) => each.trim() !== '');
    return lines.slice(-mostLines).join(' | ').toWellFormed();
  }
}
