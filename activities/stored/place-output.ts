import { setTimeout as sleep } from 'node:timers/promises';

import type { Stored } from '../../src/contract/stored.js';
import { FanfoldError } from '../../src/contract/errors.js';
import type { BlobStore } from '../../src/store/blob-store.js';

const waitsMs = [100, 500, 2_000];

/**
 * Keeps an output inside history if its JSON has at most `inlineBytes` bytes; otherwise puts it into the store, as JSON.
 *
 * @throws FanfoldError `AnswerNotStored` when the store fails four times; trying the branch again would mean paying again
 */
export async function placeOutput(
  output: unknown,
  inlineBytes: number,
  store: Pick<BlobStore, 'putText'>,
): Promise<Stored<unknown>> {
  const json = JSON.stringify(output);
  if (Buffer.byteLength(json) <= inlineBytes) return { inline: output };
  for (const waitMs of [...waitsMs, undefined]) {
    try {
      const { sha256, bytes } = await store.putText(json);
      return { sha256, bytes };
    } catch (error) {
      if (waitMs === undefined) throw notStored(json, error);
      await sleep(waitMs);
    }
  }
  throw notStored(json, undefined);
}

function notStored(json: string, cause: unknown): FanfoldError {
  return new FanfoldError(
    'AnswerNotStored',
    `The answer came and could not be stored (${Buffer.byteLength(json)} bytes): ${cause instanceof Error ? cause.message : String(cause)}.`,
    'It has been paid for and is lost; make room in FANFOLD_HOME before running again.',
    cause,
  );
}
