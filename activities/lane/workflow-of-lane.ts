import type { Context } from '@temporalio/activity';

import type {
  HandBack,
  HandBackMessage,
  LaneMessage,
  LaneMore,
  LaneReport,
  MoreMessage,
} from '../../src/contract/lanes.js';
import { signalNames, updateNames } from '../../src/contract/names.js';

/** What a lane says to its workflow while it is under way. What is said has arrived when the promise resolves. */
export class WorkflowOfLane {
  constructor(
    readonly context: Pick<Context, 'client' | 'info'>,
    /** The lane's. */
    readonly lane: number,
  ) {}

  async report(report: LaneReport): Promise<void> {
    await this.#handle.signal(signalNames.laneBatch, { lane: this.lane, ...report } satisfies LaneMessage);
  }

  async handBack(handBack: HandBack): Promise<void> {
    await this.#handle.signal(signalNames.laneHandBack, { lane: this.lane, ...handBack } satisfies HandBackMessage);
  }

  /** @param ask number of the question among those of the lane: one that is asked again is answered as it was before */
  more(ask: number, paceMs: number | undefined): Promise<LaneMore | null> {
    const message = { lane: this.lane, ...(paceMs !== undefined && { paceMs }) };
    const updateId = `lane-${this.lane}-more-${ask}`;
    return this.#handle.executeUpdate<LaneMore | null, [MoreMessage]>(updateNames.laneMore, {
      updateId,
      args: [message],
    });
  }

  get #handle() {
    return this.context.client.workflow.getHandle(this.context.info.workflowExecution?.workflowId ?? '');
  }
}
