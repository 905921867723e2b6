import type { MessageParam } from '@anthropic-ai/sdk/resources/messages';
import { LRUCache } from 'lru-cache';
import { ApiFailure, invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';

/** Most conversations that are held, the last ones used. */
const most = 1_000;

/** A conversation that a reply has ended for now. */
interface Held {
  messages: readonly unknown[];
  system: unknown;
  tools: unknown;
}

/** Conversations that the server holds, by the id of the last reply: the beta field `thread`, which the SDK's tool runner sends. */
export class ThreadStore {
  readonly #held = new LRUCache<string, Held>({ max: most });

  /**
   * The whole question of a request: what is held, and what the request adds. `system` and `tools` belong to the thread's beginning.
   *
   * @throws ApiFailure 404 for a thread that is not held, 400 for one that is none
   */
  wholeOf(body: Record<string, unknown>): Record<string, unknown> {
    const { thread, ...rest } = body;
    if (thread === undefined || thread === null) return rest;
    const type = isObject(thread) ? thread['type'] : undefined;
    if (!isObject(thread) || (type !== 'create' && type !== 'continue')) {
      throw invalidRequest(`thread.type: Input should be 'create' or 'continue'`);
    }
    if (type === 'create') return rest;
    const id = String(thread['previous_message_id']);
    const held = this.#held.get(id);
    if (held === undefined) {
      throw new ApiFailure(404, 'not_found_error', `thread: no thread ends in ${id}`, {}, 'thread_not_found');
    }
    const { messages, ...beginning } = held;
    const own = Array.isArray(rest['messages']) ? rest['messages'] : [];
    const kept = Object.entries(beginning).filter(([, value]) => value !== undefined);
    return { ...Object.fromEntries(kept), ...rest, messages: [...messages, ...own] };
  }

  /** Holds a conversation under its reply's id, where the request asked for that. */
  hold({ thread }: Record<string, unknown>, whole: Record<string, unknown>, id: string, content: unknown): void {
    if (thread === undefined || thread === null) return;
    const reply = { role: 'assistant', content } as MessageParam;
    const { messages, system, tools } = whole;
    this.#held.set(id, { messages: [...(messages as unknown[]), reply], system, tools });
  }
}
