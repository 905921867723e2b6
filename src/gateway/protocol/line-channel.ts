import type { Duplex } from 'node:stream';

/** Longest frame, in bytes: the API takes 32 MB a request, which JSON may double. */
const longestFrame = 80 * 1_024 * 1_024;

const newLine = 10;

/**
 * Frames of JSON on a socket, one a line.
 *
 * LineChannel-1. Frames that are sent in one round of the event loop leave in one write.
 * LineChannel-2. `onEnd` is called once, however the socket ends, and no frame comes after it.
 */
export class LineChannel<Out, In> {
  readonly #socket: Duplex;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #unsent: string[] = [];
  #hasEnded = false;

  constructor(socket: Duplex, onFrame: (frame: In) => void, onEnd: () => void) {
    this.#socket = socket;
    const end = (): void => {
      if (this.#hasEnded) return;
      this.#hasEnded = true;
      socket.destroy();
      onEnd();
    };
    socket.on('error', end).on('close', end).on('end', end);
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of this.#linesOf(chunk)) if (!this.#hasEnded) onFrame(JSON.parse(line) as In);
      } catch {
        // Whoever sends what is no frame is not one of ours.
        end();
      }
    });
  }

  send(frame: Out): void {
    if (this.#hasEnded) return;
    if (this.#unsent.push(JSON.stringify(frame)) === 1) setImmediate(() => this.flush());
  }

  /** Sends at once what waits for the end of this round. */
  flush(): void {
    const lines = this.#unsent.splice(0);
    if (lines.length > 0 && !this.#hasEnded) this.#socket.write(`${lines.join('\n')}\n`);
  }

  /** Bytes that the other side has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Ends the channel once everything has been sent. */
  close(): void {
    this.flush();
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  *#linesOf(chunk: Buffer): Generator<string> {
    for (let from = 0; from < chunk.length;) {
      const at = chunk.indexOf(newLine, from);
      const part = chunk.subarray(from, at < 0 ? chunk.length : at);
      this.#chunks.push(part);
      this.#bytes += part.length;
      if (this.#bytes > longestFrame) throw new Error(`Expected frames of at most ${longestFrame} bytes.`);
      if (at < 0) return;
      const line = this.#chunks.length === 1 ? part.toString() : Buffer.concat(this.#chunks).toString();
      this.#chunks = [];
      this.#bytes = 0;
      if (line !== '') yield line;
      from = at + 1;
    }
  }
}
