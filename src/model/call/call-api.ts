import { AnthropicError, APIError } from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages';

import type { Usage } from '../../contract/run.js';
import { eitherSignal } from '../../network/index.js';
import type { MessagesClient } from '../providers/provider.js';
import type { ModelClient } from './client.js';
import { failureInBody } from './failure-in-body.js';
import { asMessage, asUsage } from './message.js';
import type { ModelMessage } from './message.js';
import { wholeAnswerIn } from './whole-answer.js';
import type { WholeAnswer } from './whole-answer.js';
import { Watchdog } from './watchdog.js';
import type { WatchdogSettings } from './watchdog.js';

/** A call that allows more output tokens than this is streamed, so that it can be seen to stall. Streaming costs about half as much CPU again (1.7 ms against 1.15 ms measured), and a shorter answer is there within half a minute. */
const streamAboveTokens = 1_024;

export interface ApiCall {
  /** Aborts the call, down to the socket. */
  signal: AbortSignal;
  /** Milliseconds that the SDK allows; without it the SDK refuses to ask for 21,334 tokens and more at once. */
  timeoutMs: number;
  watchdogs: WatchdogSettings;
  /** Whether the caller must know when the answer begins, however short it may be. */
  announced?: boolean;
  /** Called when the answer has begun: others find the prefix in the provider's cache from now on. */
  onBegun?: () => void;
  /** Called with the text so far, of an answer that is streamed. */
  onText?: (text: string) => void;
  /** Called with the usage so far, as the API tells it, of an answer that is not whole yet. */
  onPartial?: (usage: Usage) => void;
}

export interface Called {
  message: ModelMessage;
  /** The API's name of the answer, where it gives one. */
  id?: string;
  headers: Headers;
}

/** Whether an answer is asked for as a stream. */
export function isStreamed(
  { max_tokens: most }: Pick<MessageCreateParamsNonStreaming, 'max_tokens'>,
  { announced = false }: Pick<ApiCall, 'announced'>,
): boolean {
  return announced || most > streamAboveTokens;
}

/**
 * Makes one call of the Messages API.
 *
 * CallApi-1. The call ends by the signal, whatever the connection does.
 * CallApi-2. The result is a whole message with a stop reason. A stream that ends early, and a body that is no message, throw.
 *
 * @throws Stalled when a watchdog has cut it
 * @throws MalformedAnswer, or what the SDK throws
 */
export async function callApi(
  client: ModelClient,
  body: MessageCreateParamsNonStreaming,
  call: ApiCall,
): Promise<Called> {
  const streamed = isStreamed(body, call);
  const watchdog = new Watchdog(call.watchdogs, streamed ? undefined : body.max_tokens);
  const either = eitherSignal(call.signal, watchdog.signal);
  const options = { signal: either.signal, timeout: call.timeoutMs };
  const sent = { ...body, model: client.ownName(body.model) };
  try {
    const { message, id, headers } = await (streamed
      ? stream(client.streaming, sent, options, call, watchdog)
      : callWhole(client.whole, sent, options));
    const named = { ...message, model: client.answeredBy(body.model, message.model) };
    return { message: named, ...(id && { id }), headers };
  } catch (error) {
    throw call.signal.aborted ? error : (watchdog.stalled ?? unwrapped(error));
  } finally {
    watchdog.stop();
    either.letGo();
  }
}

interface Options {
  signal: AbortSignal;
  timeout: number;
}

async function callWhole(
  client: MessagesClient,
  body: MessageCreateParamsNonStreaming,
  options: Options,
): Promise<Called> {
  const { data, response } = await client.messages.create(body, options).withResponse();
  return calledOf(data, response.headers);
}

/** @throws the error that the body tells of, or MalformedAnswer */
function calledOf(body: unknown, headers: Headers): Called {
  const failure = failureInBody(body, headers);
  if (failure !== undefined) throw failure;
  return { message: asMessage(body), ...idIn(body), headers };
}

function idIn(body: unknown): Pick<Called, 'id'> {
  const { id } = body as { id?: unknown };
  return typeof id === 'string' ? { id } : {};
}

/** Some gateways stream nothing, and answer whole. */
function calledWhole({ text, headers }: WholeAnswer): Called {
  const isJson = /^\s*[{[]/.test(text);
  return calledOf(isJson ? JSON.parse(text) : text, headers);
}

async function stream(
  client: MessagesClient,
  body: MessageCreateParamsNonStreaming,
  options: Options,
  { onBegun, onPartial, onText }: ApiCall,
  watchdog: Watchdog,
): Promise<Called> {
  // The raw loop would return a cut answer as if it were whole.
  const running = client.messages.stream(body, options);
  // Pings are no events here: they say that the connection lives, not that the answer grows.
  running.on('streamEvent', (event, { usage }) => {
    watchdog.progress();
    if (event.type === 'message_start') onBegun?.();
    if (event.type === 'message_start' || event.type === 'message_delta') onPartial?.(asUsage(usage));
  });
  running.on('text', (_, text) => onText?.(text));
  try {
    const message = await running.finalMessage();
    return { message: asMessage(message), ...idIn(message), headers: running.response?.headers ?? new Headers() };
  } catch (error) {
    const whole = wholeAnswerIn(error);
    if (whole === undefined) throw error;
    return calledWhole(whole);
  }
}

/** Unwraps the connection's error, which the helper for streams has wrapped. */
function unwrapped(error: unknown): unknown {
  const wraps = error instanceof AnthropicError && !(error instanceof APIError) && error.cause !== undefined;
  return wraps ? error.cause : error;
}
