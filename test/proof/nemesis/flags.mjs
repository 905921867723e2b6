import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { faults, needed } from './faults.mjs';
import { canFreeze, canMount } from './small-disk.mjs';
import { kinds } from './workload.mjs';

const usage = `Usage: scripts/nemesis [--minutes 60] [--rounds N] [--seed N] [--short] [--cluster] [--gateway yes|no] [--fault NAME] [--kind KIND]
                       [--keep] [--counts FILE]

  NAME  ${Object.keys(faults).join(', ')}
  KIND  ${Object.keys(kinds).join(', ')}
`;

/** @type {import('node:util').ParseArgsConfig['options']} */
const options = {
  minutes: { type: 'string' },
  rounds: { type: 'string' },
  seed: { type: 'string' },
  short: { type: 'boolean', default: false },
  cluster: { type: 'boolean', default: false },
  gateway: { type: 'string' },
  fault: { type: 'string' },
  kind: { type: 'string' },
  keep: { type: 'boolean', default: false },
  counts: { type: 'string' },
  help: { type: 'boolean', default: false },
};

const isWhole = (text) => /^\d{1,10}$/.test(text);
const oneOf = (names) => ({ expected: `one of ${names.join(', ')}`, holds: (text) => names.includes(text) });

const checks = {
  minutes: { expected: 'a number of minutes above 0', holds: (text) => /^\d+(\.\d+)?$/.test(text) && Number(text) > 0 },
  rounds: { expected: 'a whole number from 1', holds: (text) => isWhole(text) && Number(text) > 0 },
  seed: { expected: 'a whole number from 0 to 4294967295', holds: (text) => isWhole(text) && Number(text) < 2 ** 32 },
  gateway: oneOf(['yes', 'no']),
  fault: oneOf(Object.keys(faults)),
  kind: oneOf(Object.keys(kinds)),
};

/** Whether there can be what a fault needs. */
const canHave = {
  gateway: ({ gateway }) => gateway !== 'no',
  'home gateway': ({ gateway, cluster }) => gateway !== 'yes' && !cluster,
  line: () => true,
  disk: () => canMount,
  'slow disk': () => canFreeze,
  clock: () => libfaketime !== undefined,
  database: ({ cluster }) => cluster,
};

/** The library that steps the clock; `undefined` where there is none. */
export const libfaketime = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
].find((path) => existsSync(path));

/** What the words of the command say. Ends the process where they are wrong, or ask for help. */
export function readFlags(words) {
  let values;
  try {
    ({ values } = parseArgs({ args: words, options }));
  } catch (error) {
    fail(error.message);
  }
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  for (const [name, { expected, holds }] of Object.entries(checks)) {
    const given = values[name];
    if (given !== undefined && !holds(given)) fail(`Expected --${name} to be ${expected}, got \`${String(given)}\`.`);
  }
  const { needs } = faults[values.fault] ?? {};
  if (needs !== undefined && !canHave[needs](values))
    fail(`\`--fault ${String(values.fault)}\` needs ${needed[needs].lacks}.`);
  return values;
}

function fail(message) {
  process.stderr.write(`nemesis: ${message}\n\n${usage}`);
  process.exit(2);
}
