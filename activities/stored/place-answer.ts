import type { Answer } from '../../src/contract/model-call.js';
import { cutMessage } from '../../src/contract/failures.js';
import { errorOf } from '../../src/model/call/read-answer.js';
import type { Reading, WantedTurn } from '../../src/model/call/read-answer.js';
import type { Secrets } from '../../src/secrets/index.js';
import type { BlobStore } from '../../src/store/blob-store.js';
import { placeOutput } from './place-output.js';

/** What of an answer was read, as history takes it. */
export type PlacedAnswer = Pick<Answer, 'status' | 'output' | 'turn' | 'found' | 'error' | 'model'>;

/**
 * Puts what was read of an answer where it stays: inside history, or in the store.
 *
 * @param model the name that it answered by
 * @throws FanfoldError `AnswerNotStored`
 */
export async function placeAnswer(
  reading: Reading,
  model: string,
  inlineBytes: number,
  { store, secrets }: { store: Pick<BlobStore, 'putText'>; secrets: Secrets },
): Promise<PlacedAnswer> {
  const place = (value: unknown) => placeOutput(value, inlineBytes, store);
  const output = reading.output === undefined ? undefined : await place(reading.output);
  const turn = reading.status === 'ok' && reading.turn ? await placeTurn(reading.turn, place) : undefined;
  const error = errorOf(reading);
  return {
    status: reading.status,
    ...(output !== undefined && { output }),
    ...(turn !== undefined && { turn }),
    ...(reading.status === 'ok' && reading.found && { found: reading.found }),
    ...(error !== undefined && { error: { ...error, message: cutMessage(secrets.text(error.message)) } }),
    model: cutMessage(model),
  };
}

async function placeTurn(
  { content, calls }: WantedTurn,
  place: (value: unknown) => ReturnType<typeof placeOutput>,
): Promise<NonNullable<Answer['turn']>> {
  return {
    content: await place(content),
    calls: await Promise.all(calls.map(async ({ id, name, input }) => ({ id, name, input: await place(input) }))),
  };
}
