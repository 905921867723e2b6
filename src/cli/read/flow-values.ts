import { resolve } from 'node:path';

import { placeValue } from '../../client/index.js';
import { InputError } from '../../contract/errors.js';
import type { StoredFile } from '../../contract/document.js';
import { modelDefaults } from '../../contract/options.js';
import type { Stored } from '../../contract/stored.js';
import type { Flow, GraphInput, InputType } from '../../plan/graph/flow.js';
import type { Say, Session } from '../home/session.js';
import type { World } from '../world.js';
import type { Documents } from './document-source.js';
import { LocalFile } from './local-file.js';
import type { Reading } from './read-content.js';
import { readDocument } from './read-document.js';
import { beginningOf } from '../../contract/cut-text.js';

/** What may become of a flow's documents, and who is told of it. */
export interface FlowReading extends Reading {
  say: Say;
}

/**
 * The values of a flow's inputs, as `--input` gives them, a file that is sent as it is as a `LocalFile`; and how files among them were
 * read.
 *
 * @throws InputError where one is no input of the flow, or not of its type
 */
export async function valuesOf(
  { input = {} }: Flow,
  given: readonly string[],
  reading: FlowReading,
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
    values[name] = await valueOf(pair.slice(at + 1), name, type, { ...reading, read }, world);
  }
  return { values, read };
}

async function valueOf(
  value: string,
  name: string,
  type: InputType,
  { say, read, ...reading }: FlowReading & Pick<Documents, 'read'>,
  world: World,
): Promise<unknown> {
  if (!value.startsWith('@')) return typed(value, name, type);
  const path = value.slice(1);
  const source = path === '-' ? path : resolve(world.cwd, path);
  const { text, file, note, title, readAs } = await readDocument(source, world, reading);
  if (note !== undefined) say(note);
  read.push({ key: title, as: readAs });
  if (file === undefined) return typed(text, name, type);
  if (type === 'string') return file;
  throw new InputError(`Expected the input \`${name}\` to be JSON of type ${type}, got ${file.mediaType}.`);
}

function typed(text: string, name: string, type: InputType): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(
      `Expected the input \`${name}\` to be JSON of type ${type}, got ${JSON.stringify(beginningOf(text, 60))}.`,
    );
  }
}

/** Large texts are stored first; anything else stands in the run's input. */
export async function placeValues(
  values: Record<string, unknown>,
  store: Session['store'],
): Promise<NonNullable<GraphInput['values']>> {
  const placed = Object.entries(values).map(async ([name, value]): Promise<[string, Stored<unknown> | StoredFile]> => {
    if (value instanceof LocalFile) return [name, await value.place(store)];
    return [name, typeof value === 'string' ? await placeValue(value, store) : { inline: value }];
  });
  return Object.fromEntries(await Promise.all(placed));
}

/** The models that a flow asks. */
export function modelsOfFlow({ nodes }: Flow, model: string = modelDefaults.model): string[] {
  return [...new Set(Object.values(nodes).map((node) => node.model ?? model))];
}
