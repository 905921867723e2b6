import { checkOutputSchema } from './check-output-schema.js';
import { isModelId } from '../contract/providers.js';
import type { JsonSchema } from '../contract/json-schema.js';

/** One specialist's reading: a perspective with instructions of its own. */
export interface Perspective {
  /** 1 to 64 letters, digits, spaces, "-" or "_"; the key of the branch and of the result. */
  key: string;
  instruction: string;
  /** The API's model id; the run's by default. */
  model?: string;
  /** Most output tokens of its answer; the run's by default. */
  maxTokens?: number;
  /** JSON Schema of its answer, which is parsed JSON then; Markdown by default. */
  outputSchema?: JsonSchema;
  /** How much it counts beside the others where a fan-in weighs them: more than 0, at most 1,000; 1 by default. */
  weight?: number;
}

/** What is wrong with a perspective, and in which of its fields. */
export interface PerspectiveProblem {
  field: keyof Perspective;
  message: string;
}

const mostWeight = 1_000;

/** Everything that is wrong with a perspective, whoever wrote it. */
export function problemsOf({ key, instruction, model, maxTokens, outputSchema, weight }: Perspective) {
  const problems: PerspectiveProblem[] = [];
  const expect = (isFine: boolean, field: keyof Perspective, expected: string, got: unknown) => {
    if (!isFine) problems.push({ field, message: `Expected ${expected}, got ${shown(got)}.` });
  };
  expect(isKey(key), 'key', 'a perspective to be a name of 1 to 64 letters, digits, spaces, "-" or "_"', key);
  expect(isText(instruction), 'instruction', 'an `instruction` in words', instruction);
  expect(model === undefined || isModelId(model), 'model', 'a `model` id such as claude-sonnet-5-5', model);
  expect(
    maxTokens === undefined || (Number.isSafeInteger(maxTokens) && maxTokens >= 1),
    'maxTokens',
    '`maxTokens` to be a whole number, 1 or more',
    maxTokens,
  );
  expect(
    weight === undefined || (typeof weight === 'number' && weight > 0 && weight <= mostWeight),
    'weight',
    `a \`weight\` of more than 0 and at most ${mostWeight}`,
    weight,
  );
  const schemaProblem = outputSchema === undefined ? undefined : problemOfSchema(outputSchema);
  if (schemaProblem !== undefined) problems.push({ field: 'outputSchema', message: schemaProblem });
  return problems;
}

// A key becomes an activity id, a label and a key of the result: nothing that breaks a line or hides in one.
function isKey(key: unknown): boolean {
  return typeof key === 'string' && key === key.trim() && /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _-]{0,63}$/u.test(key);
}

function isText(instruction: unknown): boolean {
  return typeof instruction === 'string' && instruction.trim() !== '';
}

function problemOfSchema(schema: JsonSchema): string | undefined {
  try {
    checkOutputSchema(schema);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
