import { performance } from 'node:perf_hooks';

import type { Activities, Answer, ModelCall, Stored } from '../src/contract/activities.js';
import { maxDurationMs } from '../src/contract/duration.js';
import { FanfoldError } from '../src/contract/errors.js';
import { cutMessage } from '../src/contract/failures.js';
import type { Journal } from '../src/journal/index.js';
import type { BlobStore } from '../src/store/blob-store.js';
import { askOnce } from './ask-once.js';
import { Attempt } from './attempt.js';
import { checkCall } from './check-call.js';
import { ModelClients } from './model/client.js';
import type { ModelApi } from './model/client.js';
import { MalformedAnswer } from './model/malformed-answer.js';
import { asMessage } from './model/message.js';
import { outputFormatOf } from './model/output-format.js';
import { buildRequest, costOf } from '../src/model/index.js';
import { errorOf, readAnswer } from './model/read-answer.js';
import { redactor } from './model/redact.js';
import type { Redact } from './model/redact.js';
import { orAborted } from './or-aborted.js';
import { placeOutput } from './place-output.js';

/** What the activities need of the process they run in. */
export interface ActivitiesSettings {
  store: Pick<BlobStore, 'putText' | 'readText'>;
  /** Without it an answer is paid for once per run, not once. */
  journal?: Pick<Journal, 'once'> | undefined;
  /** Without it paid calls fail with `NoApiKey`. */
  api?: ModelApi | undefined;
  /** Base URL of the offline model, started when first asked for. */
  offlineModelUrl: () => Promise<string>;
}

/** Longer than the branch's deadline, which is to end a call that takes too long. */
const sdkTimeoutMarginMs = 5_000;

/** The activity `askModel`: one call of the Messages API per attempt. */
export function createAskModel(settings: ActivitiesSettings): Activities['askModel'] {
  const clients = new ModelClients();
  const redact = redactor(settings.api);
  return async (call) => {
    checkCall(call);
    const attempt = new Attempt(call, redact);
    try {
      attempt.checkTriesLeft();
      return await answer(call, attempt, clients, redact, settings);
    } catch (error) {
      if (error instanceof MalformedAnswer && error.usage)
        attempt.spent(error.usage, costOf(error.usage, call.request.model));
      throw attempt.failureOf(error);
    } finally {
      attempt.end();
    }
  };
}

async function answer(
  call: ModelCall,
  attempt: Attempt,
  clients: ModelClients,
  redact: Redact,
  settings: ActivitiesSettings,
): Promise<Answer> {
  const { request } = call;
  const format = request.outputSchema && outputFormatOf(request.outputSchema);
  const once = await attempt.within(async (signal, remainingMs) => {
    const [api, document] = await orAborted(prepare(call, settings), signal);
    const body = buildRequest(request, document, format?.wire);
    return askOnce(
      call,
      { source: call.offline ? 'offline' : api.baseURL, body },
      format,
      signal,
      settings.journal,
      async (abort) => {
        const startedAt = performance.now();
        // Without a time-out the SDK refuses to ask for 21,334 tokens and more.
        const timeout = Math.min(Math.ceil(remainingMs) + sdkTimeoutMarginMs, maxDurationMs);
        const answered = await clients
          .clientOf(api)
          .messages.create(body, { signal: abort, timeout })
          .finally(() => attempt.called(performance.now() - startedAt));
        const message = asMessage(answered);
        attempt.answered();
        attempt.spent(message.usage, costOf(message.usage, message.model));
        return { ...message, text: redact(message.text), model: redact(message.model) };
      },
    );
  });
  if (once.reused) attempt.spared();
  const reading = readAnswer(once.message, format);
  const output =
    reading.output === undefined ? undefined : await placeOutput(reading.output, call.inlineBytes, settings.store);
  const error = errorOf(reading);
  return {
    status: reading.status,
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error: { ...error, message: cutMessage(redact(error.message)) } }),
    model: cutMessage(once.message.model),
    reused: once.reused,
    savedUsd: once.savedUsd,
    ledger: attempt.ledger,
    finishedAtMs: Date.now(),
  };
}

function prepare(call: ModelCall, settings: ActivitiesSettings): Promise<[ModelApi, string | undefined]> {
  const { document } = call.request;
  return Promise.all([apiFor(call, settings), document && textOf(document, settings.store)]);
}

async function apiFor({ offline }: ModelCall, { api, offlineModelUrl }: ActivitiesSettings): Promise<ModelApi> {
  if (offline) return { apiKey: 'offline', baseURL: await offlineModelUrl() };
  if (api === undefined) {
    throw new FanfoldError(
      'NoApiKey',
      'This worker has no API key.',
      'Set ANTHROPIC_API_KEY where the worker runs, or use --offline.',
    );
  }
  return api;
}

function textOf(document: Stored<string>, store: ActivitiesSettings['store']): string | Promise<string> {
  return 'inline' in document ? document.inline : store.readText(document);
}
