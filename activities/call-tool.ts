import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Ajv2020 } from 'ajv/dist/2020.js';

import type { Activities, ToolCall } from '../src/contract/activities.js';
import type { Tool } from '../src/contract/agent-plan.js';
import { cutMessage } from '../src/contract/failures.js';
import { noLedger } from '../src/contract/outcome.js';
import type { ActivitiesSettings } from './ask-model.js';
import { placeOutput } from './place-output.js';
import { searchFolder } from './sources/folder-source.js';
import { searchHttp } from './sources/http-source.js';
import { storedValue } from './stored-value.js';
import { calculate } from './tools/calculator.js';
import { currentTime } from './tools/clock.js';
import { fetchPage } from './tools/fetch-page.js';
import { listFiles, readFilePart } from './tools/files.js';
import { RegisteredTools } from './tools/registered-tools.js';
import { toolFailure } from './tools/tool-failure.js';

const heartbeatEveryMs = 1_000;

/** Longest result that is shown to the model, in UTF-16 code units. */
const mostCharacters = 60_000;

/** The activity `callTool`: one call of one tool per attempt. */
export function createCallTool(settings: ActivitiesSettings): Activities['callTool'] {
  const registered = new RegisteredTools(settings.tools, settings.env ?? {});
  return async (call) => {
    const context = Context.current();
    const startedAtMs = Date.now();
    const signal = context.cancellationSignal;
    // Cancellation comes with the answer to a heartbeat.
    const beat = setInterval(() => context.heartbeat(), heartbeatEveryMs);
    try {
      const input = await storedValue(call.input, settings.store);
      checkInput(call.tool, input);
      const result = await run(call, input as Input, { registered, env: settings.env ?? {}, signal });
      return {
        status: 'ok',
        output: await placeOutput(shownResult(result), call.inlineBytes, settings.store),
        model: '',
        reused: false,
        savedUsd: 0,
        ledger: { ...noLedger, attempts: context.info.attempt, startedAtMs },
        finishedAtMs: Date.now(),
      };
    } catch (error) {
      if (signal.aborted) throw new CancelledFailure('CANCELLED');
      throw asFailure(error, { ...noLedger, attempts: context.info.attempt, startedAtMs });
    } finally {
      clearInterval(beat);
    }
  };
}

interface Input {
  [name: string]: unknown;
}

interface Surroundings {
  registered: RegisteredTools;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

async function run({ tool }: ToolCall, input: Input, { registered, env, signal }: Surroundings): Promise<unknown> {
  const { by } = tool;
  const text = (name: string, otherwise = ''): string => {
    const value = input[name];
    return typeof value === 'string' ? value : otherwise;
  };
  switch (by.kind) {
    case 'calculator':
      return calculate(text('expression'));
    case 'time':
      return currentTime(text('timezone', 'UTC'));
    case 'list-files':
      return listFiles(by.folder, text('path', '.'));
    case 'read-file':
      return readFilePart(by.folder, text('path'), Number(input['from'] ?? 0));
    case 'source':
      return by.source.kind === 'files'
        ? searchFolder(by.source, text('query'), signal)
        : searchHttp(by.source, text('query'), env, signal);
    case 'fetch':
      return fetchPage(text('url'), { hosts: by.hosts, mayBePrivate: by.private === true }, signal);
    case 'registered':
      return registered.call(by, input, signal);
  }
}

/** The API holds the model to no schema of a tool. */
function checkInput({ name, inputSchema, by }: Tool, input: unknown): void {
  // A module's own schema knows more than what of it can be said in JSON.
  if (by.kind === 'registered') return;
  const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
  const fits = ajv.compile(inputSchema);
  if (fits(input)) return;
  throw toolFailure(`The input of \`${name}\` does not fit: ${ajv.errorsText(fits.errors)}.`);
}

function shownResult(result: unknown): unknown {
  const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? '');
  if (text.length <= mostCharacters) return result ?? '';
  return `${text.slice(0, mostCharacters)}… (cut: ${text.length - mostCharacters} more characters)`;
}

function asFailure(error: unknown, ledger: object): ApplicationFailure {
  // What a connection threw stands behind the error of `fetch`.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const known = cause instanceof ApplicationFailure ? cause : undefined;
  return ApplicationFailure.create({
    type: 'ToolFailed',
    message: cutMessage(cause instanceof Error ? cause.message : String(cause)),
    nonRetryable: known?.nonRetryable ?? false,
    details: [ledger],
    ...(known?.nextRetryDelay != null && { nextRetryDelay: known.nextRetryDelay }),
  });
}
