import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { readAsk } from '../ask/ask.js';
import type { Ask } from '../ask/ask.js';
import type { CallTexts } from '../faults/match-call.js';
import { digestOf } from '../tokens.js';
import type { CallRecord } from './call-record.js';

/** What is known of a call when it arrives. */
export interface Arrival {
  record: CallRecord;
  texts: CallTexts;
}

const nothingAsked: Ask = { system: '', prompt: '', instruction: '', material: [], unseen: [], afterTools: false };

/** @param params as the client sent them: nothing has been checked yet */
export function describeCall(
  params: MessageCreateParams | null,
  body: Buffer | string,
  requestId: string,
  arrivedAt: number,
): Arrival {
  const ask = askOf(params);
  const document = [...ask.unseen.map((file) => `[${file}]`), ...ask.material].join('\n\n');
  return {
    record: {
      sequence: 0,
      requestId,
      arrivedAt,
      finishedAt: null,
      status: null,
      aborted: false,
      answered: false,
      model: typeof params?.model === 'string' ? params.model : '',
      streaming: params?.stream === true,
      prompt: ask.prompt,
      document,
      digest: digestOf(body),
      bodyBytes: Buffer.byteLength(body),
      request: params,
      fault: null,
      usage: null,
      stopReason: null,
    },
    texts: { prompt: ask.prompt, document, system: ask.system, body: () => JSON.stringify(params) },
  };
}

function askOf(params: MessageCreateParams | null): Ask {
  try {
    return params ? readAsk(params) : nothingAsked;
  } catch {
    return nothingAsked;
  }
}
