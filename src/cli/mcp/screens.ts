import { Readable, Writable } from 'node:stream';

import { redirectable } from '../redirectable.js';
import type { Screen, World } from '../world.js';

/** A command's world inside of another program: its output is taken line by line, and what it reads is given. */
export interface InnerWorld {
  world: World;
  /** Tells the command, once, that it is interrupted: a run that it follows goes on. */
  interrupt(): void;
}

/**
 * @param stdin what the command reads on standard input
 * @param onLine is given each line that is whole, without its end
 */
export function innerWorld(
  outer: World,
  stdin: string,
  onLine: (line: string, stream: 'stdout' | 'stderr') => void,
): InnerWorld {
  const listeners = new Set<() => void>();
  const world: World = {
    ...outer,
    stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    stdout: screen((text) => onLine(text, 'stdout')),
    stderr: screen((text) => onLine(text, 'stderr')),
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    world,
    interrupt() {
      for (const listener of listeners) listener();
    },
  };
}

function screen(onLine: (line: string) => void): Screen {
  let begun = '';
  const take = (text: string) => {
    const lines = (begun + text).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  return {
    ...redirectable(({ text }) => take(text)),
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        take(chunk.toString());
        done();
      },
    }),
    isTerminal: false,
    columns: 80,
    rows: 24,
    colour: false,
  };
}
