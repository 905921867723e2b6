import { lineFaults } from './line-faults.mjs';
import { operatorFaults } from './operator-faults.mjs';
import { processFaults } from './process-faults.mjs';

/** What a fault may need, how a stage is seen to have it, and what a command is to be told where there cannot be one. */
export const needed = {
  gateway: { isIn: ({ gateway }) => gateway !== undefined, lacks: 'a gateway: leave out --gateway no' },
  'home gateway': {
    isIn: ({ hasHomeGateway }) => hasHomeGateway,
    lacks: "the home's gateway: leave out --cluster, and say --gateway no",
  },
  line: { isIn: ({ serverLine }) => serverLine !== undefined, lacks: 'a server behind a line' },
  disk: { isIn: ({ disk }) => disk !== undefined, lacks: 'a disk of its own, which root mounts on Linux' },
  'slow disk': {
    isIn: ({ disk }) => disk?.slow !== undefined,
    lacks: 'a disk of its own that can be frozen: root on Linux, mkfs.ext4, fsfreeze',
  },
  clock: { isIn: ({ settings }) => settings.clock !== undefined, lacks: 'libfaketime' },
  database: { isIn: ({ settings }) => settings.database !== undefined, lacks: 'a database: add --cluster' },
};

/** Whether a fault can strike a stage. */
export function isPossible(name, stage) {
  const { needs } = faults[name];
  return needs === undefined || needed[needs].isIn(stage);
}

/**
 * What is done to a round's processes, lines and runs. A fault resolves when it is over.
 *
 * @typedef {object} Fault
 * @property {keyof typeof needed} [needs] what a stage must have for it; any has the rest
 * @property {(stage: import('./stage.mjs').Stage, lastedMs: number) => boolean} loses whether answers under way at that moment may be lost, and asked for again
 * @property {(stage: import('./stage.mjs').Stage, lastedMs: number) => boolean} [givesUp] whether a worker that lives is given up for dead: what it asks from
 *     then on nobody is told of
 * @property {(scene: { stage: import('./stage.mjs').Stage, random: import('./random.mjs').Random, runs: Record<string, any>[] }) => Promise<void | boolean>} strike
 *     resolves with `false` where nothing came of it
 */

/** @type {Record<string, Fault>} by the names that docs/reliability.md has */
export const faults = { ...processFaults, ...lineFaults, ...operatorFaults };
