import type { Entry } from '../../journal/index.js';
import type { ModelMessage } from './message.js';

/** The part of a proper answer that the journal keeps: its text, or its blocks where it has others than text. */
export function keptAnswer({ text, content, stopReason }: ModelMessage): unknown {
  if (content === undefined) return text;
  return stopReason === stopReasonOf(content) ? { text, content } : { text, content, stopReason };
}

/** The message of an entry, as far as it is needed. */
export function messageOf({ answer, usage, model }: Pick<Entry, 'answer' | 'usage' | 'model'>): ModelMessage {
  const shared = { refusal: undefined, usage, model };
  if (typeof answer === 'object' && answer !== null && 'content' in answer) {
    const { text, content, stopReason = stopReasonOf(content) } = answer as Kept;
    return { ...shared, text, content, stopReason };
  }
  return { ...shared, text: String(answer), stopReason: 'end_turn' };
}

interface Kept {
  text: string;
  content: unknown[];
  /** Set where it is another than one would think. */
  stopReason?: string;
}

function stopReasonOf(content: readonly unknown[]): string {
  return content.some((block) => (block as { type?: unknown } | null)?.type === 'tool_use') ? 'tool_use' : 'end_turn';
}
