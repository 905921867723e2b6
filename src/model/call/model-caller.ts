import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';

import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import { maxDurationMs } from '../../contract/duration.js';
import type { Caller, ModelCallerSettings } from './caller.js';
import { isFree } from './charges.js';
import { callApi, isStreamed } from './call-api.js';
import { ModelClients } from './client.js';
import type { ModelApi, ModelClient } from './client.js';
import { outcomeOfFailure } from '../limiter/index.js';
import type { Permit } from '../limiter/index.js';
import { MalformedAnswer } from './malformed-answer.js';
import type { ModelMessage } from './message.js';
import { ModelSpan } from './model-span.js';
import { permitOf } from './permit-of.js';
import { PrefixLeaders } from './prefix-leaders.js';
import type { PrefixPass } from './prefix-leaders.js';
import { watchdogDefaults } from './watchdog.js';
import type { EndedCall } from './ended-call.js';

/** Longer than the caller's own deadline, which is to end a call that takes too long. */
const sdkTimeoutMarginMs = 5_000;

/** A call that is about to be made. */
interface Making {
  client: ModelClient;
  api: ModelApi;
  body: MessageCreateParamsNonStreaming;
  caller: Caller;
}

/** Everything between a request and its answer: one's turn at the prompt cache and at the limiter, the call, its watchdogs. */
export class ModelCaller {
  readonly #clients: ModelClients;
  readonly #leaders = new PrefixLeaders();

  constructor(readonly settings: ModelCallerSettings) {
    this.#clients = new ModelClients(settings.env);
  }

  /**
   * Makes one call.
   *
   * @param waitMs longest wait at the limiter, in milliseconds; any by default
   * @throws what the call failed with, or the signal's reason; UnavailableError `ProviderNotInstalled`
   */
  async call(
    api: ModelApi,
    body: MessageCreateParamsNonStreaming,
    caller: Caller,
    waitMs?: number,
  ): Promise<ModelMessage> {
    const client = await this.#clients.clientOf(api);
    const prefix = cachedPrefixOf(api, body);
    const pass =
      prefix === undefined ? undefined : await caller.waiting(() => this.#leaders.enter(prefix, caller.signal));
    try {
      const permit = await permitOf(this.settings.limiters, body, caller, waitMs);
      return await this.#make({ client, api, body, caller }, pass, permit);
    } finally {
      pass?.over();
    }
  }

  async #make(
    { client, api, body, caller }: Making,
    pass: PrefixPass | undefined,
    permit: Permit | undefined,
  ): Promise<ModelMessage> {
    const { secrets, watchdogs = watchdogDefaults, tracesContent = false } = this.settings;
    const startedAt = performance.now();
    const ended: EndedCall = { modelMs: 0, model: body.model, usage: undefined, settled: false };
    caller.left();
    const announced = pass?.leads ?? false;
    const span = new ModelSpan(api.baseURL, body, tracesContent, isStreamed(body, { announced }));
    try {
      const { message, id, headers } = await span.within(() =>
        callApi(client, body, {
          signal: caller.signal,
          timeoutMs: Math.min(Math.ceil(caller.remainingMs()) + sdkTimeoutMarginMs, maxDurationMs),
          watchdogs,
          announced,
          onBegun: () => {
            span.begun();
            pass?.begun();
          },
          onText: (text) => caller.said?.(text),
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
      span.answered(answer, id);
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
