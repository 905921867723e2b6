import type { Answer, ModelCall } from '../../src/contract/model-call.js';
import { costOf } from '../../src/model/index.js';
import type { Paid } from '../../src/model/layer/index.js';
import { answerFormOf } from '../../src/model/call/answer-form.js';
import { inBranchSpan } from '../branch/branch-span.js';
import type { Host } from '../branch/host.js';
import { orAborted } from '../../src/cpu/index.js';
import { placeAnswer } from '../stored/place-answer.js';
import type { Asking } from './asking.js';
import { Attempt } from './attempt.js';
import { partsOf, payInParts } from './pay-in-parts.js';
import { payOnce } from './pay-once.js';
import { prepare } from './prepare.js';
import { questionAbout } from './question.js';
import type { Equipment } from './equipment.js';

/**
 * One try of a branch.
 *
 * @throws ApplicationFailure of a type in `failureTypes`, its first detail the ledger; CancelledFailure when it is aborted
 */
export async function runAttempt(call: ModelCall, host: Host, equipment: Equipment): Promise<Answer> {
  const attempt = new Attempt(call, equipment.secrets, host);
  try {
    attempt.checkTriesLeft();
    return await inBranchSpan(call, host, () => answerOf(call, host, attempt, equipment));
  } catch (error) {
    throw attempt.failureOf(error);
  } finally {
    attempt.end();
  }
}

/** Prepares, pays or finds paid, reads, and places. */
async function answerOf(call: ModelCall, host: Host, attempt: Attempt, equipment: Equipment): Promise<Answer> {
  const { settings, secrets, cpu } = equipment;
  const form = answerFormOf(call.request, { cpu, run: host.run });
  const paid = await attempt.within(async (signal) => {
    const prepared = await orAborted(prepare(call, settings), signal);
    return payFor({ call, host, attempt, equipment, form, prepared, signal });
  });
  settle(paid, attempt);
  const reading = await form.read(paid.message);
  const placed = await placeAnswer(reading, paid.message.model, call.inlineBytes, { store: settings.store, secrets });
  const { ledger } = attempt;
  return { ...placed, reused: paid.from === 'journal', savedUsd: paid.savedUsd, ledger, finishedAtMs: Date.now() };
}

/** Asks about the whole document, or about its parts where it is too long to be read at once. */
async function payFor(asking: Asking): Promise<Paid> {
  const { document, prompt } = asking.prepared;
  const parts = await partsOf(document, asking);
  return parts.length < 2 ? payOnce(questionAbout(document, prompt, asking), asking) : payInParts(parts, asking);
}

/** Says in the ledger who had paid for the answer, where it was not this try. */
function settle({ from, message: { usage, model } }: Paid, attempt: Attempt): void {
  if (from === 'journal') attempt.spared();
  if (from === 'own') attempt.found(usage, costOf(usage, model));
}
