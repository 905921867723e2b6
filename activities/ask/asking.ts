import type { ModelCall } from '../../src/contract/model-call.js';
import type { AnswerForm } from '../../src/model/call/answer-form.js';
import type { Host } from '../branch/host.js';
import type { Attempt } from './attempt.js';
import type { Prepared } from './prepare.js';
import type { Equipment } from './equipment.js';

/** What all questions of one attempt have in common. */
export interface Asking {
  call: ModelCall;
  host: Host;
  attempt: Attempt;
  equipment: Equipment;
  form: AnswerForm;
  prepared: Prepared;
  /** Aborted when the branch is no longer wanted, its worker ends, or its time is over. */
  signal: AbortSignal;
}
