import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beginningOf } from '../contract/cut-text.js';

const execute = promisify(execFile);

export interface ProgramOptions {
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
}

/**
 * What a program prints on standard output.
 *
 * @throws Error with one line that says why it failed
 */
export async function runProgram(path: string, args: readonly string[], options: ProgramOptions): Promise<string> {
  const { env, timeoutMs } = options;
  try {
    const { stdout } = await execute(path, args, { env, timeout: timeoutMs, killSignal: 'SIGKILL', windowsHide: true });
    return stdout;
  } catch (error) {
    throw new Error(failureOf(error as Failure, path, timeoutMs), { cause: error });
  }
}

type Failure = Error & { code?: string | number; killed?: boolean; stderr?: string };

function failureOf({ code, killed, stderr = '', message }: Failure, path: string, timeoutMs: number): string {
  if (killed) return `${path} took longer than ${timeoutMs / 1_000} s`;
  if (code === 'ENOENT') return `there is no ${path}`;
  const said = stderr.trim().split('\n').at(-1) || message.split('\n')[0];
  return beginningOf(`${path} failed (${code}): ${said}`, 400);
}
