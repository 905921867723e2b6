import type { Join } from '../../src/contract/options.js';

/** Milliseconds between two reports of a lane: where the workflow decides by them, and where it only shows them. */
const paceMs = { deciding: 200, showing: 1_000 };

/** After so many reports of a run the pause doubles, up to a minute. */
const doublesAfter = 1_000;
const mostMs = 60_000;

/** Lanes that report at that pace. Where there are more, each of them reports less often, so that reports cost the same. */
const lanesAtPace = { deciding: 10, showing: 4 };

/**
 * Milliseconds between two reports of a lane. The run takes the references to all of its reports along, within Temporal's 2 MB for
 * a payload (some 17,000 beside the chunks of a million rows): one that goes on for hours reports less often.
 */
export function reportEveryMs(join: Join, reports: number, lanes = 1): number {
  const use = join === 'settled' ? 'showing' : 'deciding';
  const first = Math.round(paceMs[use] * Math.max(1, lanes / lanesAtPace[use]));
  return Math.min(Math.max(first, mostMs), first * 2 ** Math.floor(reports / doublesAfter));
}
