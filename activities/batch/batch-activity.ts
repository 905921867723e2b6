import type Anthropic from '@anthropic-ai/sdk';
import { APIError } from '@anthropic-ai/sdk';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';

import { cutMessage, failureTypes } from '../../src/contract/failures.js';
import { noLedger } from '../../src/contract/outcome.js';
import type { Secrets } from '../../src/secrets/index.js';
import { apiFor } from '../ask/api-for.js';
import type { ActivitiesSettings } from '../settings.js';
import { ModelClients } from '../../src/model/call/client.js';
import { describeError } from '../../src/model/call/describe-error.js';
import { classify } from '../../src/model/call/error-table.js';
import { retryAfterMs } from '../../src/model/call/retry-after.js';
import { retryDelayMs } from '../../src/model/call/retry-delay.js';
import { secretsOf } from '../branch/secrets-of.js';

/** What an activity of the economy lane works with. */
export interface BatchContext {
  settings: ActivitiesSettings;
  client: Anthropic;
  /** The source of the answers: see the journal's `Question`. */
  source: string;
  /** Names the run, the same for every try. */
  run: string;
  signal: AbortSignal;
  /** Whether it is the run that has cut the activity: nobody tries it again then, and what it returns is taken all the same. */
  isCutByRun(): boolean;
  secrets: Secrets;
  /** Whether this worker writes down what its batches cost: its single calls are in that ledger, too. */
  isInLedger: boolean;
}

/** The clients of a worker, by the environment that it was given. */
const clientsBy = new WeakMap<NodeJS.ProcessEnv, ModelClients>();
const noEnv: NodeJS.ProcessEnv = {};
const heartbeatEveryMs = 1_000;

/**
 * Does the work of one activity of the economy lane. Heartbeats show that its worker lives; failures are judged by the same table
 * as those of single calls.
 */
export async function batchActivity<Result>(
  settings: ActivitiesSettings,
  { offline }: { offline: boolean },
  work: (context: BatchContext) => Promise<Result>,
): Promise<Result> {
  const activity = Context.current();
  const secrets = settings.secrets ?? secretsOf(settings);
  const beat = setInterval(() => activity.heartbeat(), heartbeatEveryMs);
  const { workflowExecution, attempt } = activity.info;
  try {
    // No other provider has batches.
    const api = await apiFor({ offline, body: { model: 'anthropic:' } }, settings);
    const run = [workflowExecution?.workflowId, workflowExecution?.runId].join('/');
    const client = clientsOf(settings).anthropicOf(api).streaming;
    // A home's gateway has no part in batches: the API itself is asked.
    const isAtGateway = settings.layer !== undefined && settings.layer.hasKey !== false;
    return await work({
      settings,
      // The ledger of a gateway has the run's name.
      client: isAtGateway ? client.withOptions({ defaultHeaders: { 'fanfold-run': asHeader(run) } }) : client,
      source: offline ? 'offline' : api.baseURL,
      run,
      isInLedger: settings.layer !== undefined && !isAtGateway && !offline,
      signal: activity.cancellationSignal,
      isCutByRun: () => activity.cancellationDetails?.cancelRequested === true,
      secrets,
    });
  } catch (error) {
    if (activity.cancellationSignal.aborted) throw new CancelledFailure('CANCELLED');
    throw failureOf(error, attempt, secrets);
  } finally {
    clearInterval(beat);
  }
}

/** A text as a header may have it. */
function asHeader(text: string): string {
  return text.replaceAll(/[^\x20-\x7E]+|%/g, (other) => encodeURIComponent(other));
}

function clientsOf({ env = noEnv }: ActivitiesSettings): ModelClients {
  const clients = clientsBy.get(env) ?? new ModelClients(env);
  clientsBy.set(env, clients);
  return clients;
}

function failureOf(error: unknown, attempt: number, secrets: Secrets): ApplicationFailure {
  const type = classify(error);
  const askedMs = retryAfterMs(error instanceof APIError ? error.headers : undefined, Date.now());
  const nonRetryable = failureTypes[type] === 'final';
  return ApplicationFailure.create({
    type,
    message: cutMessage(secrets.text(describeError(error))),
    nonRetryable,
    details: [noLedger],
    ...(!nonRetryable && {
      nextRetryDelay: retryDelayMs({
        askedMs,
        tries: attempt,
        throttled: type === 'RateLimited' || type === 'BatchUnknown',
      }),
    }),
  });
}
