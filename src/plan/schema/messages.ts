import type { HandBackMessage, LaneMessage, LanesCut, MoreMessage } from '../../contract/lane-messages.js';
import type { Blob, LaneReport, Tally } from '../../contract/lanes.js';
import type { Usage } from '../../contract/run.js';
import type { Decision } from '../../fold/approval.js';
import { firstMisfit } from './misfit.js';
import { either, list, map, number, object, open, text, whole } from './schema.js';
import type { Schema } from './schema.js';

const keys = list('Keys.', text('A key.'));

/** Payload of the updates `cancelBranch` and `retryFailed`, once keys that come alone are in an object. */
export const selection: Schema = object<{ keys?: string[] }>(
  'Branches.',
  { keys: either('Keys of branches.', text('A key.'), keys) },
  [],
);

/** Payload of the update `cancelBranch` of a run in lanes, whose keys are in the store. */
export const placesInLanes: Schema = object<{ indices: number[]; keys?: string[] }>(
  'Branches of a run in lanes.',
  {
    indices: list('Their places in input order, from 0.', whole('A place.', { minimum: 0 }), { minItems: 1 }),
    keys: list('Their keys, in the same order.', text('A key.')),
  },
  ['indices'],
);

/** Payload of the update `approve`. */
export const decision: Schema = object<Decision>(
  'A decision about calls that wait to be allowed.',
  {
    allow: { type: 'boolean', description: 'Whether they are allowed.' },
    keys: list('Keys of the calls; all that wait by default.', text('A key.'), { minItems: 1 }),
    reason: text('The reason of a refusal, which the model is told.'),
  },
  ['allow'],
);

const amount = number('An amount.', { minimum: 0 });
const count = whole('A count.', { minimum: 0 });
const place = whole('A place.', { minimum: 0 });
const nothing: Schema = { const: null };

/** Sums of outcomes: what older versions had of them. */
const tally = open<Tally>(
  {
    ended: count,
    byStatus: map('Counts by status.', count),
    usage: open<Usage>(
      {
        inputTokens: count,
        outputTokens: count,
        cacheReadTokens: count,
        cacheWriteTokens: count,
        hourCacheWriteTokens: count,
        webSearches: count,
      },
      ['inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens'],
    ),
    costUsd: either('US dollars.', amount, nothing),
    savedUsd: amount,
    cacheSavedUsd: amount,
    lostUsd: amount,
    reused: count,
    models: map('Counts by model.', count),
    slowest: either('The slowest.', open({ key: text('A key.'), totalMs: amount }, ['key', 'totalMs']), nothing),
  },
  ['ended', 'byStatus', 'usage', 'costUsd', 'savedUsd', 'reused', 'slowest'],
);

const ranges = list('Ranges.', list('First and last.', place, { minItems: 2, maxItems: 2 }));

/** Payload of the signal `laneBatch`. */
export const laneMessage: Schema = open<LaneMessage>(
  {
    lane: place,
    token: text('A token.'),
    blob: open<Blob>({ sha256: text('A digest.'), bytes: count }, ['sha256', 'bytes']),
    indices: ranges,
    tally,
    failed: map('Those of them that are not ok, by status.', ranges),
  },
  ['lane', 'blob', 'indices', 'tally'],
);

/** Payload of the signal `laneHandBack`. */
export const handBackMessage: Schema = open<HandBackMessage>(
  {
    lane: place,
    token: text('A token.'),
    left: ranges,
    leftOfMore: ranges,
    width: whole('Calls at once.', { minimum: 1 }),
    cap: whole('Calls at once.', { minimum: 1 }),
    paceMs: amount,
    usd: amount,
  },
  ['lane', 'left', 'width', 'cap'],
);

/** Payload of the signal `lanesCut`. */
export const lanesCut: Schema = open<LanesCut>({ indices: ranges }, ['indices']);

/** Payload of the update `laneMore`. */
export const moreMessage: Schema = open<MoreMessage>({ lane: place, token: text('A token.'), paceMs: amount }, [
  'lane',
]);

/** Whether a signal's payload is the message of a lane, as far as its shape goes. */
export function isLaneReport(message: unknown): message is LaneReport {
  return firstMisfit(laneMessage, message) === undefined;
}
