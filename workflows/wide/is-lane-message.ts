import { log } from '@temporalio/workflow';

import type { LaneMessage } from '../../src/contract/lanes.js';
import { signalNames } from '../../src/contract/names.js';
import { laneMessage } from '../../src/plan/schema/messages.js';
import { isMessage } from '../engine/door.js';

/** Whether a signal is the message of a lane of a run of so many branches. Anybody may send one: what is none is left out. */
export function isLaneMessage(message: LaneMessage, total: number): boolean {
  if (!isMessage(laneMessage, signalNames.laneBatch, message)) return false;
  const isWithin = message.indices.every(([first, last]) => first <= last && last < total);
  if (!isWithin) log.warn(`The signal ${signalNames.laneBatch} was ignored: expected its places to be below ${total}.`);
  return isWithin;
}
