import type { Ledger, ModelCall } from '../../src/contract/model-call.js';
import { noLedger } from '../../src/contract/outcome.js';
import { untold } from '../ask/ledger.js';
import { boundOfCall } from '../ask/question.js';
import type { ActivitiesSettings } from '../settings.js';

/**
 * The ledger of a branch that a lane had begun and that is not asked again: a call of it may have been in flight when that lane ended.
 *
 * @param left by that lane; it may have begun the branch without a word
 */
export async function untoldInLane(
  call: ModelCall,
  left: Ledger | undefined,
  settings: ActivitiesSettings,
): Promise<Ledger> {
  const last: Ledger = left ?? { ...noLedger, open: true };
  // What it speaks of may be out of reach by now.
  const boundUsd = last.open ? await boundOfCall(call, settings).catch(() => 0) : 0;
  return untold(last, 2, boundUsd);
}
