import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { maxDurationMs } from '../../contract/duration.js';
import { textsIn } from '../index.js';
import type { Secrets } from '../../secrets/index.js';
import { isFree } from './charges.js';
import { callApi } from './call-api.js';
import { ModelClients } from './client.js';
import type { ModelApi } from './client.js';
import { outcomeOfFailure } from '../limiter/index.js';
import type { Limiters, Permit } from '../limiter/index.js';
import { inWaitSpan } from './wait-span.js';
import { MalformedAnswer } from './malformed-answer.js';
import type { ModelMessage } from './message.js';
import { ModelSpan } from './model-span.js';
import { PrefixLeaders } from './prefix-leaders.js';
import type { PrefixPass } from './prefix-leaders.js';
import { watchdogDefaults } from './watchdog.js';
import type { WatchdogSettings } from './watchdog.js';
import type { EndedCall } from './ended-call.js';

export interface ModelCallerSettings {
  /** The limiters. Without them calls leave as they come. */
  limiters?: Pick<Limiters, 'of'> | undefined;
  /** Default: {@link watchdogDefaults}. */
  watchdogs?: WatchdogSettings | undefined;
  /** Secrets that are taken out of the API's words. */
  secrets: Secrets;
  /** Whether traces may hold prompts and answers; `false` by default. */
  tracesContent?: boolean;
}

/** The caller of one call. It is told how the call goes. */
export interface Caller {
  signal: AbortSignal;
  /** Milliseconds that are left for the call. */
  remainingMs(): number;
  /** Runs a wait that is not the call's own time. */
  waiting<T>(wait: () => Promise<T>): Promise<T>;
  /** Called when the call leaves. Before it `waiting` may have thrown; after it `ended` is called once. */
  left(): void;
  /** A call has ended. */
  ended(call: EndedCall): void;
}

/** Milliseconds that the SDK's timeout is longer than the caller's own deadline, which is to end a slow call. */
const sdkTimeoutMarginMs = 5_000;

/** Characters of ordinary text to a token, roughly; the limiter corrects by what the API counts. */
const charactersPerToken = 3.5;

/** Makes model calls: waits for the prompt cache and for the limiter, calls, and watches. */
export class ModelCaller {
  readonly #clients = new ModelClients();
  readonly #leaders = new PrefixLeaders();

  constructor(readonly settings: ModelCallerSettings) {}

  /**
   * Makes one call.
   *
   * @param waitMs longest wait at the limiter, in milliseconds; any by default
   * @throws what the call failed with, or the signal's reason
   */
  async call(
    api: ModelApi,
    body: MessageCreateParamsNonStreaming,
    caller: Caller,
    waitMs?: number,
  ): Promise<ModelMessage> {
    const prefix = cachedPrefixOf(api, body);
    const pass =
      prefix === undefined ? undefined : await caller.waiting(() => this.#leaders.enter(prefix, caller.signal));
    try {
      const permit = await this.#permit(body, caller, waitMs);
      return await this.#make(api, body, caller, pass, permit);
    } finally {
      pass?.over();
    }
  }

  async #permit(
    body: MessageCreateParamsNonStreaming,
    caller: Caller,
    waitMs: number | undefined,
  ): Promise<Permit | undefined> {
    const limiter = this.settings.limiters?.of(body.model);
    if (limiter === undefined) return undefined;
    const inputTokens = Math.ceil(textsIn(body).join('').length / charactersPerToken);
    return inWaitSpan('wait for the limiter', () =>
      caller.waiting(() => limiter.dispatch({ inputTokens, patienceMs: waitMs }, caller.signal)),
    );
  }

  async #make(
    api: ModelApi,
    body: MessageCreateParamsNonStreaming,
    caller: Caller,
    pass: PrefixPass | undefined,
    permit: Permit | undefined,
  ): Promise<ModelMessage> {
    const { secrets, watchdogs = watchdogDefaults, tracesContent = false } = this.settings;
    const startedAt = performance.now();
    const ended: EndedCall = { modelMs: 0, model: body.model, usage: undefined, settled: false };
    caller.left();
    const span = new ModelSpan(api.baseURL, body, tracesContent);
    try {
      const { message, headers } = await span.within(() =>
        callApi(this.#clients.clientOf(api), body, {
          signal: caller.signal,
          timeoutMs: Math.min(Math.ceil(caller.remainingMs()) + sdkTimeoutMarginMs, maxDurationMs),
          watchdogs,
          announced: pass?.leads ?? false,
          onBegun: () => pass?.begun(),
          onPartial: (partial) => {
            ended.usage = partial;
          },
        }),
      );
      const { usage, model } = message;
      Object.assign(ended, { usage, model, settled: true });
      pass?.begun();
      permit?.end({ is: 'answered', usage, headers });
      const { content } = message;
      const answer = {
        ...message,
        ...(content && { content: secrets.value(content) }),
        text: secrets.text(message.text),
        model: secrets.text(message.model),
      };
      span.answered(answer);
      return answer;
    } catch (error) {
      span.failed(error);
      if (error instanceof MalformedAnswer) ended.usage ??= error.usage;
      ended.settled = isFree(error);
      permit?.end(outcomeOfFailure(error, Date.now(), (text) => secrets.text(text)));
      throw error;
    } finally {
      permit?.release();
      span.end(ended);
      caller.ended({ ...ended, modelMs: performance.now() - startedAt });
    }
  }
}

/** Names the part of a request up to its cache breakpoint; `undefined` where it has none. */
function cachedPrefixOf(
  { baseURL }: ModelApi,
  { model, system, messages, output_config }: MessageCreateParamsNonStreaming,
): string | undefined {
  const [first] = messages;
  const blocks = typeof first?.content === 'string' ? [] : (first?.content ?? []);
  const breakpoint = blocks.findIndex((block) => 'cache_control' in block && block.cache_control);
  if (breakpoint < 0) return undefined;
  // A different output format makes a different prompt from the start.
  const prefix = [baseURL, model, system, output_config ?? null, blocks.slice(0, breakpoint + 1)];
  return createHash('sha256').update(JSON.stringify(prefix)).digest('base64');
}
