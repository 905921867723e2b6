import Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';
import { onTestFinished } from 'vitest';
import { startOfflineModel } from '../src/index.js';
import type { OfflineModel, OfflineModelOptions } from '../src/index.js';

export const contract = `# Service agreement

The supplier shall pay a service credit of 5 percent if availability falls below 99.9 percent in a month. The liability of
either party is capped at the fees paid in the last twelve months. The price is 12,000 euros per year, indexed by 3 percent.

- Personal data is encrypted at rest with AES-256.
- Either party may terminate with 30 days notice.

The governing law is that of Denmark. Backups are taken nightly. Subprocessors are listed in annex B.`;

/** An offline model that answers at once, stopped at the end of the test. */
export async function start(options: OfflineModelOptions = {}): Promise<{ model: OfflineModel; client: Anthropic }> {
  const model = await startOfflineModel({ latencyMs: 0, ...options });
  onTestFinished(() => model.stop());
  return { model, client: new Anthropic({ apiKey: 'test', baseURL: model.url, maxRetries: 0 }) };
}

export function asking(
  prompt: string,
  more: Partial<MessageCreateParamsNonStreaming> = {},
): MessageCreateParamsNonStreaming {
  return { model: 'claude-sonnet-5-5', max_tokens: 1_000, messages: [{ role: 'user', content: prompt }], ...more };
}

/** A document and an instruction, as fanfold sends them. */
export function reading(
  document: string,
  instruction: string,
  more: Partial<MessageCreateParamsNonStreaming> = {},
): MessageCreateParamsNonStreaming {
  const source = { type: 'text', media_type: 'text/plain', data: document } as const;
  return asking('', {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'document', source },
          { type: 'text', text: instruction },
        ],
      },
    ],
    ...more,
  });
}

export function textOf(message: Pick<Message, 'content'>): string {
  return message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
}

/** A request without the SDK, with whatever headers. */
export function post(
  model: OfflineModel,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(model.url + path, {
    method: 'POST',
    headers: {
      authorization: 'Bearer test',
      'anthropic-version': '2026-10-21',
      'content-type': 'application/json',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}
