import { readFileSync } from 'node:fs';

import { parse } from 'yaml';
import * as z from 'zod';

import { InputError } from '../contract/errors.js';
import { vertexRegion } from './providers/vertex.js';

const amount = z.number().nonnegative().max(1e6);

const rowShape = z.strictObject({
  input: amount,
  output: amount,
  cacheRead: amount.optional(),
  cacheWrite: amount.optional(),
});

const fileShape = z.record(z.string().min(1), rowShape);

/** US dollars per million tokens of a model, as a person has written them down. */
export type OwnPrice = z.infer<typeof rowShape>;

/** What is known of prices beyond the lists: all costs of a process are computed by it. */
interface Told {
  rows: Readonly<Record<string, OwnPrice>>;
  /** Whether Vertex AI is asked wherever there is room, at Anthropic's price. */
  vertexIsGlobal: boolean;
}

let told: Told = { rows: {}, vertexIsGlobal: false };

/** The price of a model, named in full, that is written down for this process. */
export function ownPriceOf(model: string): OwnPrice | undefined {
  return Object.hasOwn(told.rows, model) ? told.rows[model] : undefined;
}

export function isVertexGlobal(): boolean {
  return told.vertexIsGlobal;
}

/**
 * Takes in what an environment says of prices, for all of this process: the file of `FANFOLD_PRICES`, and Vertex AI's region.
 *
 * @param name what has named the file, as errors call it
 * @throws InputError where the file cannot be read, or has something else in it
 */
export function usePrices(env: NodeJS.ProcessEnv, name = 'FANFOLD_PRICES'): void {
  const file = env['FANFOLD_PRICES'];
  told = { rows: file ? readPrices(file, name) : {}, vertexIsGlobal: vertexRegion(env) === 'global' };
}

/**
 * The prices in a file.
 *
 * @param name what has named it, as errors call it
 * @throws InputError
 */
export function readPrices(file: string, name: string): Record<string, OwnPrice> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new InputError(
      `Expected ${name} to be a file of JSON or YAML that can be read, got ${code ?? message}: ${file}`,
    );
  }
  const rows = fileShape.safeParse(content);
  if (rows.success) return rows.data;
  const [issue] = rows.error.issues;
  throw new InputError(
    `Expected ${name} to have US dollars per million tokens by model, such as {"openai:a-model": {"input": 1, "output": 4}}, got at ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? 'something else'} (${file})`,
  );
}
