#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

import { exitCodes } from '../contract/exit-codes.js';
import { explain } from './failure.js';
import { guardedWorld } from './home/guarded-world.js';
import { runProgram } from './program.js';
import { redirectable } from './redirectable.js';
import type { Screen, World } from './world.js';
import { line, setIn } from './show/terminal-text.js';

function screen(stream: NodeJS.WriteStream): Screen {
  // A reader that has had enough (`| head`) ends the program quietly.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? 0 : exitCodes.failed);
  });
  return {
    ...redirectable(({ text }) => {
      stream.write(text);
    }),
    stream,
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    colour: stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  };
}

const world: World = {
  env: process.env,
  cwd: process.cwd(),
  entry: fileURLToPath(import.meta.url),
  nodePath: process.execPath,
  nodeVersion: process.versions.node,
  pid: process.pid,
  stdin: process.stdin,
  stdout: screen(process.stdout),
  stderr: screen(process.stderr),
  onInterrupt(listener) {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => process.off('SIGINT', listener).off('SIGTERM', listener);
  },
};

// Node itself would write an uncaught error as it is, secrets included.
process.on('uncaughtException', (error) => {
  const { stderr } = guardedWorld(world);
  stderr.write(line`fanfold: ${setIn(inspect(error))}\n`);
  process.exit(exitCodes.failed);
});

// Without `await`, which a bundle with compiled code cannot have outside functions.
void runProgram(process.argv.slice(2), world)
  .catch((error: unknown) => explain(error, guardedWorld(world)))
  .then((code) => {
    process.exitCode = code;
    // Native threads of Temporal's may outlive the last command; what was written must be out before the process goes.
    process.stdout.write('', () => process.stderr.write('', () => process.exit()));
  });
