import { Readable, Writable } from 'node:stream';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { runProgram as RunProgram } from '../../src/cli/program.js';
import type { Screen } from '../../src/cli/world.js';
import type { CommandOptions, Ended } from './ended.js';

/** Where a command runs, and with what. */
type Given = { root: string; cwd: string; env: NodeJS.ProcessEnv } & Pick<CommandOptions, 'stdin' | 'terminal'>;

/** A command under way without a process of its own, which takes a tenth of the time: the build of the checkout at `root`. */
export class InProcess {
  stdout = '';
  stderr = '';
  #hasEnded = false;
  readonly ended: Promise<Ended>;

  constructor(words: readonly string[], given: Given) {
    this.ended = this.#run(words, given).finally(() => (this.#hasEnded = true));
    // Whoever awaits it is told all the same.
    this.ended.catch(() => {});
  }

  /** Waits until standard error or output has said it. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stderr) ?? pattern.exec(this.stdout);
      if (found !== null) return found;
      if (this.#hasEnded) {
        throw new Error(`The command ended without saying ${pattern}:\n${this.stdout}${this.stderr}`);
      }
      await sleep(20);
    }
  }

  async #run(words: readonly string[], { root, cwd, env, stdin, terminal = false }: Given): Promise<Ended> {
    const { runProgram } = (await import(join(root, 'dist/src/cli/program.js'))) as { runProgram: typeof RunProgram };
    const code = await runProgram(words, {
      env,
      cwd,
      entry: join(root, 'dist/src/cli/main.js'),
      nodePath: process.execPath,
      nodeVersion: process.versions.node,
      pid: process.pid,
      stdin: Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]),
      stdout: this.#screen('stdout', terminal),
      stderr: this.#screen('stderr', terminal),
      onInterrupt: () => () => {},
    });
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  #screen(name: 'stdout' | 'stderr', terminal: boolean): Screen {
    const direct: Screen['write'] = ({ text }) => {
      this[name] += text;
    };
    let write = direct;
    return {
      write: (text) => write(text),
      redirect(writer) {
        write = writer;
        return () => {
          write = direct;
        };
      },
      stream: new Writable({
        write: (chunk: Buffer, _, done) => {
          this[name] += chunk.toString();
          done();
        },
      }),
      isTerminal: terminal,
      columns: 80,
      rows: 24,
      colour: terminal,
    };
  }
}
