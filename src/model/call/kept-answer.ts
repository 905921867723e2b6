import type { Entry } from '../../journal/index.js';
import type { ModelMessage } from './message.js';

/** The part of a proper answer that the journal keeps: its text, or its blocks where it calls tools. */
export function keptAnswer({ text, content }: ModelMessage): unknown {
  return content === undefined ? text : { text, content };
}

/** The message of an entry, as far as it is needed. */
export function messageOf({ answer, usage, model }: Pick<Entry, 'answer' | 'usage' | 'model'>): ModelMessage {
  const shared = { refusal: undefined, usage, model };
  if (typeof answer === 'object' && answer !== null && 'content' in answer) {
    const { text, content } = answer as { text: string; content: unknown[] };
    const callsTools = content.some((block) => (block as { type?: unknown } | null)?.type === 'tool_use');
    return { ...shared, text, content, stopReason: callsTools ? 'tool_use' : 'end_turn' };
  }
  return { ...shared, text: String(answer), stopReason: 'end_turn' };
}
