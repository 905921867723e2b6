#!/usr/bin/env node
import { once } from 'node:events';
import { runCommand } from './command.js';

process.exitCode = await runCommand(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  interrupted: Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]),
});
