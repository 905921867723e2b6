import { defineSignal, log, setHandler } from '@temporalio/workflow';

import type { LaneMessage, LaneReport } from '../../src/contract/lanes.js';
import { signalNames } from '../../src/contract/names.js';
import { laneMessage } from '../../src/plan/schema/messages.js';
import { isMessage } from '../engine/door.js';

const laneBatch = defineSignal<[LaneMessage]>(signalNames.laneBatch);

/** Takes in what the lanes of a run of so many branches report. */
export function handleLaneMessages(total: number, take: (lane: number, report: LaneReport) => void): void {
  const takeMessage = (message: LaneMessage) => {
    if (!isLaneMessage(message, total)) return;
    const { lane, ...report } = message;
    take(lane, report);
  };
  setHandler(laneBatch, takeMessage, { description: 'Outcomes of a lane, sent by its worker.' });
}

/** Whether a signal is the message of a lane of a run of so many branches. Anybody may send one: what is none is left out. */
function isLaneMessage(message: LaneMessage, total: number): boolean {
  if (!isMessage(laneMessage, signalNames.laneBatch, message)) return false;
  const isWithin = message.indices.every(([first, last]) => first <= last && last < total);
  if (!isWithin) log.warn(`The signal ${signalNames.laneBatch} was ignored: expected its places to be below ${total}.`);
  return isWithin;
}
