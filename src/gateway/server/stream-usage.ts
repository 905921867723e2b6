import type { Usage } from '../../contract/run.js';
import { noUsage } from '../../contract/usage.js';

/** Longest line of a stream that is looked at, in UTF-16 code units: those that tell of usage are far shorter. */
const longestLine = 65_536;

type Told = Record<string, unknown>;

/** Reads what a stream of the Messages API costs, as its events pass by. */
export class StreamUsage {
  #rest = '';
  #usage: Usage | undefined;
  #model: string | undefined;
  #isWhole = false;

  /** Usage as far as it was told. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  get model(): string | undefined {
    return this.#model;
  }

  /** Whether the message came to its end. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > longestLine) this.#rest = '';
    for (const line of lines) {
      // Most events are deltas, and tell of no usage.
      if (!line.startsWith('data:') || !/"(usage|message_stop)"/.test(line) || line.length > longestLine) continue;
      try {
        this.#see(JSON.parse(line.slice('data:'.length)) as Told);
      } catch {
        // Whatever it is, it tells of no usage.
      }
    }
  }

  #see({ type, message, usage }: Told): void {
    if (type === 'message_stop') this.#isWhole = true;
    if (type === 'message_start') {
      const begun = (message ?? {}) as Told;
      if (typeof begun['model'] === 'string') this.#model = begun['model'];
      this.#count(begun['usage']);
    }
    if (type === 'message_delta') this.#count(usage);
  }

  /** Later events tell totals, and leave out what has not changed. */
  #count(told: unknown): void {
    const usage = (told ?? {}) as Told;
    const before = this.#usage ?? noUsage;
    const searches = (usage['server_tool_use'] as Told | null | undefined)?.['web_search_requests'];
    const webSearches = typeof searches === 'number' ? searches : before.webSearches;
    const forHour = (usage['cache_creation'] as Told | null | undefined)?.['ephemeral_1h_input_tokens'];
    const hourCacheWriteTokens = typeof forHour === 'number' ? forHour : before.hourCacheWriteTokens;
    const of = (name: string, known: number) => (typeof usage[name] === 'number' ? usage[name] : known);
    this.#usage = {
      inputTokens: of('input_tokens', before.inputTokens),
      outputTokens: of('output_tokens', before.outputTokens),
      cacheReadTokens: of('cache_read_input_tokens', before.cacheReadTokens),
      cacheWriteTokens: of('cache_creation_input_tokens', before.cacheWriteTokens),
      ...(hourCacheWriteTokens && { hourCacheWriteTokens }),
      ...(webSearches && { webSearches }),
    };
  }
}
