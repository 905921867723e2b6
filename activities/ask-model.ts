import type { MessageCreateParamsNonStreaming, MessageParam } from '@anthropic-ai/sdk/resources/messages';

import type { Activities } from '../src/contract/activities.js';
import type { Answer, ModelCall } from '../src/contract/model-call.js';
import { cutMessage } from '../src/contract/failures.js';
import { outcomeOfAnswer } from '../src/contract/outcome.js';
import { CpuPool } from '../src/cpu/index.js';
import type { Secrets } from '../src/secrets/index.js';
import { BranchMetrics } from './branch/branch-metrics.js';
import { activityHost } from './branch/host.js';
import type { Host } from './branch/host.js';
import { apiFor } from './ask/api-for.js';
import { askInParts } from './ask/ask-in-parts.js';
import { askOnce } from './ask/ask-once.js';
import type { OnceAsked } from './ask/ask-once.js';
import { Attempt } from './ask/attempt.js';
import { conversationOf } from './stored/conversation-of.js';
import { inBranchSpan } from './branch/branch-span.js';
import { checkCall } from './ask/check-call.js';
import { documentText } from './stored/document-text.js';
import { askUntilValid } from '../src/model/call/ask-until-valid.js';
import type { ModelApi } from '../src/model/call/client.js';
import { Hedges, race } from '../src/model/call/hedge.js';
import type { ModelMessage } from '../src/model/call/message.js';
import { ModelCaller } from '../src/model/call/model-caller.js';
import type { Caller } from '../src/model/call/model-caller.js';
import { outputFormatOf } from '../src/model/call/output-format.js';
import {
  buildRequest,
  costOf,
  estimateTokens,
  isCached,
  isLong,
  sizeOf,
  tokensInPart,
  upperBoundUsd,
} from '../src/model/index.js';
import { errorOf, isProper, readAnswer, readTurn } from '../src/model/call/read-answer.js';
import type { ReadAnswer, WantedTurn } from '../src/model/call/read-answer.js';
import { capturesContent } from '../src/model/call/model-span.js';
import { promptOf } from './stored/prompt-of.js';
import { orAborted } from './branch/or-aborted.js';
import { placeOutput } from './stored/place-output.js';
import { secretsOf } from './branch/secrets-of.js';
import type { ActivitiesSettings } from './settings.js';

/** A second call that cannot leave at once is not made: the limiter has better uses for its turn. */
const hedgePatienceMs = 20;

/** What calls of the same run take in this process. */
const hedges = new Hedges();

/** The activity `askModel`: one question to the Messages API per attempt. */
export function createAskModel(settings: ActivitiesSettings): Activities['askModel'] {
  const asking = askingOf(settings);
  return async (call) => {
    checkCall(call);
    const metrics = new BranchMetrics();
    try {
      const answered = await askAttempt(call, activityHost(), asking);
      metrics.record(call, outcomeOfAnswer(call, answered));
      return answered;
    } catch (failure) {
      metrics.recordFailure(call, failure);
      throw failure;
    }
  };
}

/** What the questions of one worker share. */
export interface Asking {
  settings: ActivitiesSettings;
  models: ModelCaller;
  secrets: Secrets;
  cpu: Pick<CpuPool, 'run' | 'runPattern'>;
}

export function askingOf(settings: ActivitiesSettings): Asking {
  const secrets = settings.secrets ?? secretsOf(settings);
  const { limiters, watchdogs } = settings;
  const models = new ModelCaller({ limiters, watchdogs, secrets, tracesContent: capturesContent(settings.env) });
  return { settings, models, secrets, cpu: settings.cpu ?? new CpuPool() };
}

/**
 * One try of a branch.
 *
 * @throws ApplicationFailure of a type in `failureTypes`, its first detail the ledger; CancelledFailure when it is aborted
 */
export async function askAttempt(call: ModelCall, host: Host, asking: Asking): Promise<Answer> {
  const attempt = new Attempt(call, asking.secrets, host);
  try {
    attempt.checkTriesLeft();
    return await inBranchSpan(call, host, () => answer(call, attempt, host, asking));
  } catch (error) {
    throw attempt.failureOf(error);
  } finally {
    attempt.end();
  }
}

async function answer(
  call: ModelCall,
  attempt: Attempt,
  host: Host,
  { settings, models, secrets, cpu }: Asking,
): Promise<Answer> {
  const { request } = call;
  const format = request.outputSchema && outputFormatOf(request.outputSchema, { cpu, run: host.run });
  const read: ReadAnswer = request.tools ? readTurn : (message) => readAnswer(message, format);
  const once = await attempt.within(async (signal) => {
    const [api, document, prompt, turns] = await orAborted(prepare(call, settings), signal);
    const ask = (text: string | undefined, task: string, part?: { number: number; isLast: boolean }) => {
      const body = buildRequest({ ...request, prompt: task }, text, format?.wire, turns);
      if (call.mostUsd !== undefined) attempt.boundBy(call.mostUsd, boundOf(request, body));
      const question = { source: call.offline ? 'offline' : api.baseURL, body };
      return askOnce(call, attempt.asker, question, read, signal, settings.journal, async (abort) => {
        // What is set aside for a question is for all of its parts.
        if (part === undefined || part.number === 1) attempt.checkReserve();
        const message = await askUntilValid(body, format, (asked) =>
          askOrRace(asked, { api, call, attempt, host, abort, read, models, mayRace: part === undefined }),
        );
        if (part === undefined || part.isLast) attempt.answered();
        else attempt.answeredParts(part.number);
        return message;
      });
    };
    const parts = await partsOf(document, request, cpu, signal);
    if (parts.length < 2) return ask(document, prompt);
    return askAllParts(parts, prompt, { attempt, read, split: (text) => partsOf(text, request, cpu, signal), ask });
  });
  if (once.from === 'journal') attempt.spared();
  if (once.from === 'own') attempt.found(once.message.usage, costOf(once.message.usage, once.message.model));
  const reading = await read(once.message);
  const output =
    reading.output === undefined ? undefined : await placeOutput(reading.output, call.inlineBytes, settings.store);
  const error = errorOf(reading);
  const wanted = reading.status === 'ok' ? reading.turn : undefined;
  return {
    status: reading.status,
    ...(output !== undefined && { output }),
    ...(wanted !== undefined && { turn: await placeTurn(wanted, call.inlineBytes, settings) }),
    ...(error !== undefined && { error: { ...error, message: cutMessage(secrets.text(error.message)) } }),
    model: cutMessage(once.message.model),
    reused: once.from === 'journal',
    savedUsd: once.savedUsd,
    ledger: attempt.ledger,
    finishedAtMs: Date.now(),
  };
}

interface Calling {
  api: ModelApi;
  call: ModelCall;
  attempt: Attempt;
  host: Host;
  abort: AbortSignal;
  read: ReadAnswer;
  models: ModelCaller;
  mayRace: boolean;
}

/** One call, or one and a second that races it where it is slow. */
function askOrRace(
  body: MessageCreateParamsNonStreaming,
  { api, call, attempt, host, abort, read, models, mayRace }: Calling,
): Promise<ModelMessage> {
  const ask = (by: AbortSignal, beside: boolean) =>
    models.call(api, body, callerOf(attempt, by, beside), beside ? hedgePatienceMs : host.patienceMs);
  if (call.hedge === undefined || !mayRace) return ask(abort, false);
  return race({
    hedges,
    run: call.hedge.run,
    signal: abort,
    isProper: async (message) => isProper(await read(message)),
    mayAskBeside: () => attempt.mayAskBeside(),
    ask,
  });
}

/** A text in parts that are read one by one; itself where it is short enough, or is to be read whole. */
async function partsOf(
  text: string | undefined,
  { model, foldOver }: ModelCall['request'],
  cpu: Pick<CpuPool, 'run'>,
  signal: AbortSignal,
): Promise<string[]> {
  if (text === undefined || foldOver === undefined || !isLong(text, { model, foldOver })) return [];
  return cpu.run('splitByTokens', { text, tokens: tokensInPart({ model, foldOver }) }, signal);
}

interface PartsAsking {
  attempt: Attempt;
  read: ReadAnswer;
  split(text: string): Promise<string[]>;
  ask(text: string, task: string, part: { number: number; isLast: boolean }): Promise<OnceAsked>;
}

/** Asks about parts; what came from the journal is counted over all of them. */
async function askAllParts(
  parts: readonly string[],
  task: string,
  { attempt, read, split, ask }: PartsAsking,
): Promise<OnceAsked> {
  const asked: OnceAsked[] = [];
  const last = await askInParts(parts, {
    task,
    read,
    split,
    ask: async (text, about, isLast) => {
      const number = asked.length + 1;
      const once = await ask(text, about, { number, isLast });
      asked.push(once);
      if (once.from === 'own' && !isLast)
        attempt.foundPart(number, once.message.usage, costOf(once.message.usage, once.message.model));
      return once;
    },
  });
  const all = (from: OnceAsked['from']) => asked.every((once) => once.from === from);
  const savedUsd = asked.reduce((sum, once) => sum + once.savedUsd, 0);
  return { message: last.message, from: all('journal') ? 'journal' : last.from === 'own' ? 'own' : 'api', savedUsd };
}

function callerOf(attempt: Attempt, signal: AbortSignal, beside: boolean): Caller {
  return {
    signal,
    remainingMs: () => attempt.remainingMs(),
    waiting: (wait) => (beside ? wait() : attempt.waiting(wait)),
    left: () => attempt.left(beside),
    ended: (ended) => attempt.ended(ended, beside),
  };
}

function prepare(
  call: ModelCall,
  settings: ActivitiesSettings,
): Promise<[ModelApi, document: string | undefined, prompt: string, turns: MessageParam[]]> {
  const { document, turns = [] } = call.request;
  return Promise.all([
    apiFor(call, settings),
    document && documentText(document, settings.store),
    promptOf(call.request, settings.store),
    conversationOf(turns, settings.store),
  ]);
}

/** The most that one question may cost, in US dollars. */
function boundOf(request: ModelCall['request'], body: MessageCreateParamsNonStreaming): number {
  return upperBoundUsd(sizeOf({ ...request, cacheDocument: isCached(body) }, estimateTokens(body))) ?? Infinity;
}

async function placeTurn(
  { content, calls }: WantedTurn,
  inlineBytes: number,
  { store }: ActivitiesSettings,
): Promise<NonNullable<Answer['turn']>> {
  return {
    content: await placeOutput(content, inlineBytes, store),
    calls: await Promise.all(
      calls.map(async ({ id, name, input }) => ({ id, name, input: await placeOutput(input, inlineBytes, store) })),
    ),
  };
}
