import type { Context } from '@temporalio/activity';

import type {
  HandBack,
  HandBackMessage,
  LaneCuts,
  LaneMessage,
  LaneMore,
  MoreMessage,
} from '../../src/contract/lane-messages.js';
import type { Lane, LaneReport } from '../../src/contract/lanes.js';
import { queryNames, signalNames, updateNames } from '../../src/contract/names.js';
import type { Share } from '../../src/contract/priority.js';
import { shareOf } from '../branch/host.js';

/**
 * What a lane says to its workflow while it is under way, and asks it. What is said has arrived when the promise resolves. It names the
 * execution that it is an activity of: after a reset another goes on under the same id, which asks about the same documents itself.
 */
export class WorkflowOfLane {
  readonly #name: { lane: number; token?: string };

  constructor(
    readonly context: Pick<Context, 'client' | 'info'>,
    readonly lane: Pick<Lane, 'number' | 'token' | 'execution'>,
  ) {
    const { number, token } = lane;
    this.#name = { lane: number, ...(token !== undefined && { token }) };
  }

  /**
   * Whether the lane was begun by an execution that was reset since. Temporal starts it anew, with what it was given at first; the workflow
   * knows which of its documents have ended or are others' by now.
   */
  get isOutdated(): boolean {
    const { execution } = this.lane;
    return execution !== undefined && execution !== this.context.info.workflowExecution?.runId;
  }

  /** Whose its calls are, among those that wait. */
  get share(): Share {
    return shareOf(this.context.info);
  }

  async report(report: LaneReport): Promise<void> {
    await this.#handle.signal(signalNames.laneBatch, { ...this.#name, ...report } satisfies LaneMessage);
  }

  async handBack(handBack: HandBack): Promise<void> {
    await this.#handle.signal(signalNames.laneHandBack, { ...this.#name, ...handBack } satisfies HandBackMessage);
  }

  /** Which of its branches are cut, where it is told to stop. */
  async askCuts(): Promise<LaneCuts> {
    return this.#handle.query<LaneCuts, [number]>(queryNames.laneCuts, this.lane.number);
  }

  /** @param ask number of the question among those of the lane: one that is asked again is answered as it was before */
  more(ask: number, paceMs: number | undefined): Promise<LaneMore | null> {
    const message = { ...this.#name, ...(paceMs !== undefined && { paceMs }) };
    const { number, token = '' } = this.lane;
    // After a reset the answers of the former execution are in the history too, by their ids.
    const updateId = `lane-${number}${token && `-${token}`}-more-${ask}`;
    return this.#handle.executeUpdate<LaneMore | null, [MoreMessage]>(updateNames.laneMore, {
      updateId,
      args: [message],
    });
  }

  get #handle() {
    const { workflowId = '', runId } = this.context.info.workflowExecution ?? {};
    return this.context.client.workflow.getHandle(workflowId, runId);
  }
}
