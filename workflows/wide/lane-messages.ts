import { ApplicationFailure } from '@temporalio/common';
import { defineSignal, defineUpdate, log, setHandler } from '@temporalio/workflow';

import type {
  HandBack,
  HandBackMessage,
  LaneMessage,
  LaneMore,
  MoreMessage,
} from '../../src/contract/lane-messages.js';
import type { LaneReport } from '../../src/contract/lanes.js';
import { signalNames, updateNames } from '../../src/contract/names.js';
import { firstMisfit } from '../../src/plan/schema/misfit.js';
import { handBackMessage, laneMessage, moreMessage } from '../../src/plan/schema/messages.js';
import { isMessage } from '../engine/door.js';

const laneBatch = defineSignal<[LaneMessage]>(signalNames.laneBatch);
const laneHandBack = defineSignal<[HandBackMessage]>(signalNames.laneHandBack);
const laneMore = defineUpdate<LaneMore | null, [MoreMessage]>(updateNames.laneMore);

/** Which lane a message is of; older workers name no token. */
export interface LaneName {
  lane: number;
  token: string | undefined;
}

/** Takes in what the lanes of a run of so many branches report, and what they hand back, and gives more to those that ask. */
export function handleLaneMessages(
  total: number,
  take: (lane: LaneName, report: LaneReport) => void,
  takeBack: (lane: LaneName, handBack: HandBack) => void,
  give: (lane: LaneName, paceMs?: number) => LaneMore | null,
): void {
  const takeMessage = (message: LaneMessage) => {
    if (!isLaneMessage(message, total)) return;
    const { lane, token, ...report } = message;
    take({ lane, token }, report);
  };
  const takeHandBack = (message: HandBackMessage) => {
    if (!isMessage(handBackMessage, signalNames.laneHandBack, message)) return;
    const { lane, token, ...handBack } = message;
    const all = [...handBack.left, ...(handBack.leftOfMore ?? [])];
    if (all.every(([first, last]) => first <= last && last < total)) takeBack({ lane, token }, handBack);
  };
  setHandler(laneBatch, takeMessage, { description: 'Outcomes of a lane, sent by its worker.' });
  setHandler(laneHandBack, takeHandBack, {
    description: 'Branches that a lane has not begun and others are to carry, sent by its worker.',
  });
  setHandler(laneMore, ({ lane, token, paceMs }) => give({ lane, token }, paceMs), {
    validator: checkMore,
    description: 'Gives a lane more branches while it is under way, asked by its worker.',
  });
}

function checkMore(message: MoreMessage): void {
  const misfit = firstMisfit(moreMessage, message);
  if (misfit === undefined) return;
  const { path, expected, got } = misfit;
  throw ApplicationFailure.nonRetryable(
    `Expected ${path.join('.') || 'the payload'} of ${updateNames.laneMore} to be ${expected}, got ${got}.`,
    'BadInput',
    misfit,
  );
}

/** Whether a signal is the message of a lane of a run of so many branches. Anybody may send one: what is none is left out. */
function isLaneMessage(message: LaneMessage, total: number): boolean {
  if (!isMessage(laneMessage, signalNames.laneBatch, message)) return false;
  const isWithin = message.indices.every(([first, last]) => first <= last && last < total);
  if (!isWithin) log.warn(`The signal ${signalNames.laneBatch} was ignored: expected its places to be below ${total}.`);
  return isWithin;
}
