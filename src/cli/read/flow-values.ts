import { resolve } from 'node:path';

import { placeValue } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { Stored } from '../../contract/stored.js';
import type { Flow, InputType } from '../../plan/graph/flow.js';
import type { Session } from '../home/session.js';
import type { World } from '../world.js';
import type { Documents } from './document-source.js';
import { readDocument } from './read-document.js';

/**
 * The values of a flow's inputs, as `--input` gives them, and how files among them were read.
 *
 * @throws InputError where one is no input of the flow, or not of its type
 */
export async function valuesOf(
  { input = {} }: Flow,
  given: readonly string[],
  world: World,
): Promise<{ values: Record<string, unknown>; read: Documents['read'] }> {
  const read: Documents['read'] = [];
  const values: Record<string, unknown> = {};
  for (const pair of given) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at));
    if (at < 1) throw new InputError(`Expected \`input\` to be name=value, got \`${pair}\`.`);
    const type = input[name];
    if (type === undefined) {
      throw new InputError(
        `Expected an input of the flow (${Object.keys(input).join(', ') || 'none'}), got \`${name}\`.`,
      );
    }
    values[name] = typed(await textOf(pair.slice(at + 1), world, read), name, type);
  }
  return { values, read };
}

async function textOf(value: string, world: World, read: Documents['read']): Promise<string> {
  if (!value.startsWith('@')) return value;
  const file = value.slice(1);
  const { text, title, readAs } = await readDocument(file === '-' ? file : resolve(world.cwd, file), world);
  read.push({ key: title, as: readAs });
  return text;
}

function typed(text: string, name: string, type: InputType): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(
      `Expected the input \`${name}\` to be JSON of type ${type}, got ${JSON.stringify(text.slice(0, 60))}.`,
    );
  }
}

/** Large texts are stored first; anything else stands in the run's input. */
export async function placeValues(
  values: Record<string, unknown>,
  store: Session['store'],
): Promise<Record<string, Stored<unknown>>> {
  const placed = Object.entries(values).map(async ([name, value]): Promise<[string, Stored<unknown>]> => {
    return [name, typeof value === 'string' ? await placeValue(value, store) : { inline: value }];
  });
  return Object.fromEntries(await Promise.all(placed));
}
