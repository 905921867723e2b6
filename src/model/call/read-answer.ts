import * as z from 'zod';

import type { Answer } from '../../contract/model-call.js';
import { answerErrors } from '../../contract/failures.js';
import { inputOf } from './call-input.js';
import type { ModelMessage } from './message.js';
import type { OutputFormat } from './output-format.js';

/** A turn in which the model wants tools called. */
export interface WantedTurn {
  content: readonly unknown[];
  calls: readonly { id: string; name: string; input: unknown }[];
}

/** Reads an answer as what was asked for: text, a value by a schema, or calls of tools. */
export type ReadAnswer = (message: ModelMessage) => Promise<Reading>;

/** The reading of an answer: its output where it is `ok`; otherwise the part that there was, and the reason. */
export type Reading =
  | { status: 'ok'; output: unknown; turn?: WantedTurn; found?: Answer['found'] }
  | {
      status: Exclude<Answer['status'], 'ok'>;
      output?: unknown;
      message: string;
      /** Whether the fit is unknown: the schema's patterns took too long. */
      unchecked?: true;
    };

/** Whether an answer is proper, so that it is kept and not asked for again: it is ok, or nobody can say what would be better. */
export function isProper(reading: Reading): boolean {
  return reading.status === 'ok' || reading.unchecked === true;
}

const callsShape = z.array(
  z.object({ id: z.string(), name: z.string(), input: z.preprocess(inputOf, z.record(z.string(), z.unknown())) }),
);

/** Stop reasons of a turn that is whole: some gateways say `end_turn` where calls are wanted. */
const wholeTurns: readonly string[] = ['tool_use', 'end_turn', 'stop_sequence', 'pause_turn'];

/** The calls of tools in a message. */
export function callsIn({ content = [] }: Pick<ModelMessage, 'content'>): unknown[] {
  return content.filter((block) => (block as { type?: unknown } | null)?.type === 'tool_use');
}

/**
 * The reading of each stop reason. All these answers have been paid for, so none is tried again. `tool_use` and `pause_turn` are
 * invalid because no tools were offered, or none any more: the model has not answered what it was asked.
 */
const readings: Readonly<Record<string, (message: ModelMessage, format?: OutputFormat) => Reading | Promise<Reading>>> =
  {
    end_turn: readWhole,
    stop_sequence: readWhole,
    max_tokens: cut(
      (tokens) =>
        `The answer was cut at its limit of output tokens, after ${tokens}. Allow it more with \`max-tokens\`.`,
    ),
    model_context_window_exceeded: cut(
      (tokens) => `The model's context was full after ${tokens} output tokens. Give it less to read.`,
    ),
    refusal: ({ text, refusal }) => ({
      status: 'refused',
      ...partOf(text),
      message: `The model refused${refusal === undefined ? '' : ` (${refusal})`}.`,
    }),
    tool_use: unanswered('The model asked for a tool where it was to answer.'),
    pause_turn: unanswered('The model paused instead of answering.'),
  };

/** Reads an answer. The stop reason comes first: JSON cut by `max_tokens` can be plausible. */
export async function readAnswer(message: ModelMessage, format?: OutputFormat): Promise<Reading> {
  const { stopReason } = message;
  const read = Object.hasOwn(readings, stopReason) ? readings[stopReason] : undefined;
  return (read ?? unanswered(`The model stopped for a reason that fanfold does not know: ${stopReason}.`))(
    message,
    format,
  );
}

/** Reads an answer to a question that offered tools: calls of them are an answer too. */
export async function readTurn(message: ModelMessage): Promise<Reading> {
  const { stopReason, content = [], text } = message;
  const wanted = callsIn(message);
  const wants = stopReason === 'tool_use' || (wanted.length > 0 && wholeTurns.includes(stopReason));
  if (!wants) return readAnswer(message);
  const calls = callsShape.safeParse(wanted);
  if (!calls.success || calls.data.length === 0) {
    return { status: 'invalid', ...partOf(text), message: 'The model asked for a tool and named none.' };
  }
  const turn: WantedTurn = { content, calls: calls.data };
  const said = calls.data.map(({ name, input }) => ({ name, input }));
  return { status: 'ok', output: { ...(text.trim() !== '' && { text }), calls: said }, turn };
}

async function readWhole({ text }: ModelMessage, format?: OutputFormat): Promise<Reading> {
  if (text.trim() === '') return { status: 'invalid', message: 'The answer is empty.' };
  if (format === undefined) return { status: 'ok', output: text };
  let output: unknown;
  try {
    output = format.valueOf(JSON.parse(text));
  } catch (error) {
    return { status: 'invalid', output: text, message: `The answer is not JSON: ${(error as Error).message}.` };
  }
  const fit = await format.fit(output);
  if ('unchecked' in fit) {
    const message = `Nobody knows whether the answer fits the schema. ${fit.unchecked}`;
    return { status: 'invalid', output, message, unchecked: true };
  }
  return fit.misfit === undefined
    ? { status: 'ok', output }
    : { status: 'invalid', output, message: `The answer does not fit the schema, ${fit.misfit}.` };
}

function cut(message: (outputTokens: number) => string): (answer: ModelMessage) => Reading {
  return ({ text, usage }) => ({ status: 'truncated', ...partOf(text), message: message(usage.outputTokens) });
}

function unanswered(message: string): (answer: ModelMessage) => Reading {
  return ({ text }) => ({ status: 'invalid', ...partOf(text), message });
}

function partOf(text: string): { output?: string } {
  return text === '' ? {} : { output: text };
}

export function errorOf(reading: Reading): Answer['error'] {
  return reading.status === 'ok' ? undefined : { type: answerErrors[reading.status], message: reading.message };
}
