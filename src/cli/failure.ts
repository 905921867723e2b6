import { CommanderError } from 'commander';

import { FanfoldError, InputError, OverBudgetError, UnavailableError } from '../contract/errors.js';
import { exitCodes } from '../contract/exit-codes.js';
import type { ExitCode } from '../contract/exit-codes.js';
import { line, setIn } from './show/terminal-text.js';
import type { World } from './world.js';

/** Says what went wrong and what to do, on standard error; returns the exit code that goes with it. */
export function explain(error: unknown, world: World): ExitCode {
  // Commander has written its own message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.complete : exitCodes.badInput;
  world.stderr.write(line`fanfold: ${setIn(messageOf(error))}\n`);
  if (error instanceof FanfoldError && error.advice !== undefined) world.stderr.write(line`${setIn(error.advice)}\n`);
  if (world.env['FANFOLD_DEBUG'] && error instanceof Error) world.stderr.write(line`${setIn(error.stack ?? '')}\n`);
  return exitCodeOf(error);
}

function messageOf(error: unknown): string {
  // gRPC's details are short; its message repeats them with a number.
  if (isGrpcServiceError(error)) return `The Temporal server says: ${error.details}.`;
  return error instanceof Error ? error.message : String(error);
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof InputError) return exitCodes.badInput;
  if (error instanceof OverBudgetError) return exitCodes.overBudget;
  if (error instanceof UnavailableError || isGrpcServiceError(error)) return exitCodes.unavailable;
  return error instanceof FanfoldError && error.type === 'NoSuchRun' ? exitCodes.badInput : exitCodes.failed;
}

/**
 * What gRPC's client throws. Temporal's own check of it would load the whole client with every command.
 */
function isGrpcServiceError(error: unknown): error is Error & { details: string } {
  return error instanceof Error && 'details' in error && typeof error.details === 'string' && 'metadata' in error;
}
