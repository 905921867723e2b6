import type { ModelRequest } from '../../contract/model-request.js';
import { foundPages } from './found-pages.js';
import { outputFormatOf } from './output-format.js';
import type { OutputFormat } from './output-format.js';
import { readAnswer, readTurn } from './read-answer.js';
import type { ReadAnswer } from './read-answer.js';
import type { PatternHost } from './schema-fit.js';

/** What an answer is to look like, and how it is read. */
export interface AnswerForm {
  /** Set where it is to fit a schema. */
  format: OutputFormat | undefined;
  read: ReadAnswer;
}

/** @throws FanfoldError `UnsupportedSchema` before anything is spent */
export function answerFormOf(
  {
    outputSchema,
    tools,
    serverTools,
    lastTurn,
  }: Pick<ModelRequest, 'outputSchema' | 'tools' | 'serverTools' | 'lastTurn'>,
  host: PatternHost,
): AnswerForm {
  const format = outputSchema && outputFormatOf(outputSchema, host);
  const read: ReadAnswer = tools && lastTurn !== true ? readTurn : (message) => readAnswer(message, format);
  return { format, read: serverTools?.length ? withFound(read) : read };
}

function withFound(read: ReadAnswer): ReadAnswer {
  return async (message) => {
    const reading = await read(message);
    const found = foundPages(message.content ?? []);
    return reading.status === 'ok' && found.length > 0 ? { ...reading, found } : reading;
  };
}
