import type { Cassette, CassetteQuestion } from '../../src/journal/index.js';
import type { ModelMessage } from '../../src/model/call/message.js';
import { costOf } from '../../src/model/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import type { ActivitiesSettings } from '../settings.js';

/** A call that was recorded. */
export interface Played {
  message: ModelMessage;
  costUsd: number | null;
  answeredAtMs: number;
}

/**
 * The recording of a question.
 *
 * @throws FanfoldError `CassetteMiss` where there is none, and nobody may be asked
 */
export async function played(
  question: CassetteQuestion,
  { offline }: { offline: boolean },
  { cassette, api, layer }: ActivitiesSettings,
): Promise<Played | undefined> {
  if (cassette === undefined) return undefined;
  const found = await cassette.find(question);
  if (found !== undefined) return found;
  if (cassette.records && (offline || api !== undefined || (layer !== undefined && layer.hasKey !== false)))
    return undefined;
  throw await cassette.miss(question);
}

/** Records a message that came. Nothing that the process knows to be secret is in the recording. */
export async function record(
  question: CassetteQuestion,
  message: ModelMessage,
  cassette: Cassette | undefined,
  secrets: Secrets,
): Promise<void> {
  if (cassette === undefined || !cassette.records) return;
  const costUsd = costOf(message.usage, message.model);
  await cassette.keep(question, message, {
    costUsd,
    answeredAtMs: Date.now(),
    clean: (recording) => secrets.value(recording),
  });
}
