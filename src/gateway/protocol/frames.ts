import type { GatewayTotals } from '../../contract/gateway-totals.js';
import type { LimiterSnapshot } from '../../contract/limiter.js';
import type { CallFailure, LayerQuestion, Origin, Paid, Purse } from '../../model/layer/index.js';
import type { Trace } from './trace.js';
import type { EndedCall } from '../../model/call/ended-call.js';

/** The protocol that an HTTP/1.1 connection is upgraded to: one frame of JSON a line, in both directions. */
export const linkProtocol = 'fanfold-link/1';
export const linkPath = '/fanfold/v1/link';
/** Where a gateway of a home is asked to end. */
export const endPath = '/fanfold/v1/end';
/** Where a gateway of a home tells what it has done. */
export const totalsPath = '/fanfold/v1/totals';
/** What a gateway answers that is about to end: 503 Service Unavailable. */
export const drainingStatus = 503;

/** Which of the two models is asked: each has limits of its own. */
export type Line = 'paid' | 'offline';
export const modelLines = ['paid', 'offline'] as const satisfies readonly Line[];

/** A branch whose call is under way though no worker waits for it. */
export interface Orphan {
  asker: string;
  origin: Origin;
}

/** What a worker says. */
export type WorkerFrame =
  | {
      is: 'ask';
      id: number;
      question: LayerQuestion;
      remainingMs: number;
      purse?: Purse | undefined;
      /** The worker's span; none without tracing. */
      trace?: Trace | undefined;
    }
  /** The answer is no longer wanted. */
  | { is: 'cut'; id: number }
  /** The same, of a question that was asked on a connection that is lost. */
  | { is: 'cut-asker'; asker: string }
  /** Whether an earlier try of the asker has paid for the answer: it is told with `seen`. */
  | { is: 'look'; id: number; question: LayerQuestion }
  /** The worker ends: somebody else will ask for the answer. */
  | { is: 'leave'; id: number }
  /** How many tasks the worker has taken on, and for how many more it has a place; `by`: those whose priority is known, where it is not the usual one. */
  | { is: 'slots'; line: Line; out: number; wants: number; by?: [priority: number, wants: number][] | undefined }
  | { is: 'ping' };

/** What the gateway says. */
export type GatewayFrame =
  /** Names this process of the gateway: with another one, calls in flight are lost. */
  | { is: 'hello'; gateway: string; version: string }
  /** A wait that takes nothing of the branch's time begins or ends; `unasked`: no call has left before it. */
  | { is: 'wait'; id: number; on: boolean; unasked?: true }
  /** The call that is waited for is an earlier try's. */
  | { is: 'rejoined'; id: number }
  /** It waits for somebody who asks the same, and no call of its own has left; or one has. */
  | { is: 'joined'; id: number; on: boolean }
  /** The end of what has come of an answer under way. */
  | { is: 'said'; id: number; text: string }
  | { is: 'seen'; id: number; paid?: Paid | undefined }
  | ({ is: 'done'; id: number } & Done)
  /** How many tasks the worker may have taken on. */
  | { is: 'room'; line: Line; out: number }
  | { is: 'limits'; line: Line; limiters: LimiterSnapshot[] }
  | { is: 'totals'; totals: GatewayTotals }
  /** Branches whose calls are under way though no worker waits for them: is anybody going to? */
  | { is: 'orphans'; orphans: Orphan[] }
  /** The gateway takes no new questions. */
  | { is: 'bye' }
  | { is: 'pong' };

/** How a question ended. */
export interface Done {
  paid?: Paid;
  failure?: CallFailure;
  /** The calls that it took, in the order in which they ended. */
  calls: (EndedCall & { isSecond: boolean })[];
  /** Whether an earlier try of the branch had asked. */
  rejoined?: boolean;
}
