import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { addUsage } from '../../contract/usage.js';
import { correctionPrompt } from '../../prompts/correction.js';
import { saidByModel, wellFormed } from '../sendable.js';
import type { ModelMessage } from './message.js';
import type { OutputFormat } from './output-format.js';
import { isProper, readAnswer } from './read-answer.js';

/** Stop reasons of an answer that is whole, and so can be put right. */
const whole = ['end_turn', 'stop_sequence'];

/**
 * Makes a call. An answer that is whole but does not fit its format is shown to the model once, with what is wrong with it. The
 * second answer stands, fit or not, and carries the usage of both.
 *
 * @throws what `call` throws the first time; where the second call fails, the first answer stands: it has been paid for
 */
export async function withCorrection(
  body: MessageCreateParamsNonStreaming,
  format: OutputFormat | undefined,
  call: (body: MessageCreateParamsNonStreaming) => Promise<ModelMessage>,
): Promise<ModelMessage> {
  const first = await call(body);
  if (format === undefined || first.text.trim() === '' || !whole.includes(first.stopReason)) return first;
  const reading = await readAnswer(first, format);
  if (reading.status === 'ok' || isProper(reading)) return first;
  const again: MessageCreateParamsNonStreaming = {
    ...body,
    messages: [
      ...body.messages,
      wellFormed(saidByModel(first.text)),
      { role: 'user', content: wellFormed(correctionPrompt(reading.message)) },
    ],
  };
  try {
    const second = await call(again);
    return { ...second, usage: addUsage(first.usage, second.usage) };
  } catch {
    return first;
  }
}
