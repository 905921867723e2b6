import type { Secrets } from '../secrets/index.js';
import type { Tracing } from '../tracing/index.js';
import type { TerminalText } from './show/terminal-text.js';

/** Everything of the process that a command may touch. Only `main.ts` makes one of the real process. */
export interface World {
  env: NodeJS.ProcessEnv;
  /** Secrets that are taken out of all output. The program sets them: it knows what the environment holds. */
  secrets?: Secrets;
  /** Set where the user wants traces. */
  tracing?: Tracing;
  /** Absolute path. */
  cwd: string;
  /** Absolute path of the folder in which documents are called by their paths; `cwd` without it. */
  keysFrom?: string;
  /** Path of the command's own entry file, and of the Node that runs it: a worker in the background is the same program. */
  entry: string;
  nodePath: string;
  nodeVersion: string;
  pid: number;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  stdout: Screen;
  stderr: Screen;
  /** Calls `listener` for every SIGINT and SIGTERM instead of ending the process, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
}

export interface Screen {
  /** Writes text. Secrets are taken out of it once the program has begun. */
  write(text: TerminalText): void;
  /** Writes text with its secrets, for a terminal alone, where somebody has asked for it. */
  writeSecret?(text: TerminalText): void;
  /** Sends output to `writer` instead, until the returned function is called. */
  redirect(writer: (text: TerminalText) => void): () => void;
  readonly stream: NodeJS.WritableStream;
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
}
