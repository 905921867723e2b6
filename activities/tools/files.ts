import type { CpuPool } from '../../src/cpu/index.js';
import { homesOf } from '../../src/files/index.js';
import { toolFailure } from './tool-failure.js';

/**
 * The surroundings of a folder's tools: threads, which can be stopped, and the folders of fanfold's own, which are never gone
 * into.
 */
export interface FileTools {
  cpu: Pick<CpuPool, 'run'>;
  env: NodeJS.ProcessEnv;
}

/**
 * The files below a folder, or a folder in it, by their path from there.
 *
 * @throws ApplicationFailure `ToolFailed` where it cannot be read, lies elsewhere or is left out
 */
export function listFiles(folder: string, path: string, { cpu, env }: FileTools, signal: AbortSignal) {
  return cpu.run('listFolder', { folder, path, homes: homesOf(env) }, signal).catch(told(signal));
}

/**
 * A part of a text file.
 *
 * @param from byte at which to begin
 * @throws ApplicationFailure `ToolFailed` where it is no text file, lies elsewhere or is left out
 */
export function readFilePart(
  folder: string,
  { path, from }: { path: string; from: number },
  { cpu, env }: FileTools,
  signal: AbortSignal,
) {
  return cpu.run('readPart', { folder, path, from, homes: homesOf(env) }, signal).catch(told(signal));
}

function told(signal: AbortSignal): (error: Error) => never {
  return (error) => {
    throw signal.aborted ? error : toolFailure(error.message);
  };
}
