import { dirname, join } from 'node:path';

import { InputError } from '../../contract/errors.js';
import type { JsonSchema } from '../../contract/json-schema.js';
import { problemsOf } from '../../plan/perspective.js';
import type { Perspective } from '../../plan/perspective.js';
import { defaultPerspectives } from '../../plan/specialists.js';
import type { World } from '../world.js';
import { namesIn } from './names-in.js';
import { readYaml } from './read-yaml.js';
import { readPlacedYaml } from './yaml-places.js';
import type { PlacedYaml, YamlPath } from './yaml-places.js';

/** The flags that say which perspectives a text is read from. */
export interface PerspectiveFlags {
  /** Names, comma-separated. */
  perspectives?: string;
  /** Each `key: instruction`. */
  perspective?: readonly string[];
  perspectivesFile?: string;
}

/** Fields of a perspective in a file, and what each is called in a run's input. */
const fields: Readonly<Record<string, keyof Perspective>> = {
  key: 'key',
  instruction: 'instruction',
  model: 'model',
  schema: 'outputSchema',
  weight: 'weight',
  maxTokens: 'maxTokens',
};

/**
 * The perspectives that the flags ask for: the names first, then those of the file, then those of `--perspective`. A name that is
 * defined there is that one, in the place of the name. Without any, fanfold's own.
 *
 * @throws InputError where one cannot be used; in a file every one is named, with its line
 */
export async function perspectivesOf(flags: PerspectiveFlags, world: World): Promise<(string | Perspective)[]> {
  const filed = flags.perspectivesFile === undefined ? [] : await readPerspectives(flags.perspectivesFile, world);
  const own = [...filed, ...(flags.perspective ?? []).map(ofFlag)];
  const byKey = new Map<string, Perspective>();
  for (const perspective of own) {
    const { key } = perspective;
    if (byKey.has(key)) throw new InputError(`Expected every perspective once, got \`${key}\` twice.`);
    byKey.set(key, perspective);
  }
  const named = namesIn(flags.perspectives)?.filter((name, _, all) => name !== '' || all.length > 1);
  if (named === undefined) return own.length > 0 ? own : [...defaultPerspectives];
  return [...named.map((name) => byKey.get(name) ?? name), ...own.filter(({ key }) => !named.includes(key))];
}

function ofFlag(given: string): Perspective {
  const at = given.indexOf(':');
  const key = given.slice(0, Math.max(0, at)).trim();
  const instruction = given.slice(at + 1).trim();
  if (key === '' || instruction === '') {
    throw new InputError(
      `Expected \`perspective\` to be a name and an instruction, such as "tax: What is taxed, and where?", got ${JSON.stringify(given.slice(0, 100))}.`,
    );
  }
  return { key, instruction };
}

/** @throws InputError with every problem, each with file, line and column */
async function readPerspectives(path: string, world: World): Promise<Perspective[]> {
  const file = await readPlacedYaml(path, 'a file of perspectives', world);
  const entries = entriesOf(file);
  const read = await Promise.all(entries.map((entry) => perspectiveOf(entry, path, file, world)));
  const problems = read.flatMap(({ problems: own }) => own);
  const perspectives = read.map(({ perspective }) => perspective);
  for (const [at, { key }] of perspectives.entries()) {
    if (perspectives.findIndex((other) => other.key === key) === at) continue;
    problems.push(
      `${file.placeOf(entries[at]?.path ?? [])}: Expected every perspective once, got ${JSON.stringify(key)} twice.`,
    );
  }
  if (problems.length > 0) throw new InputError(problems.join('\n'));
  return perspectives;
}

interface Entry {
  path: YamlPath;
  /** Where the key stands as the name of the entry. */
  name?: string;
  value: unknown;
}

/** The entries of the file, in file order: a list, or a map by key. */
function entriesOf(file: PlacedYaml): Entry[] {
  const { value } = file;
  const under = isObject(value) && Object.hasOwn(value, 'perspectives') ? ['perspectives'] : [];
  const strange = under.length === 0 ? undefined : file.namesAt([]).find((name) => name !== 'perspectives');
  if (strange !== undefined) {
    throw new InputError(`${file.placeOf([strange])}: Expected \`perspectives\` and nothing else, got \`${strange}\`.`);
  }
  const all = under.length === 0 ? value : (value as { perspectives: unknown }).perspectives;
  if (Array.isArray(all) && all.length > 0)
    return all.map((each: unknown, at) => ({ path: [...under, at], value: each }));
  const names = isObject(all) ? file.namesAt(under) : [];
  if (names.length === 0) {
    throw new InputError(
      `${file.placeOf(under)}: Expected \`perspectives\`: a list, or a map by key, of perspectives with an \`instruction\` each, got ${JSON.stringify(all) ?? 'nothing'}.`,
    );
  }
  return names.map((name) => ({ path: [...under, name], name, value: (all as Record<string, unknown>)[name] }));
}

async function perspectiveOf(
  { path, name, value }: Entry,
  from: string,
  file: PlacedYaml,
  world: World,
): Promise<{ perspective: Perspective; problems: string[] }> {
  // The shortest form has the instruction alone.
  const given = typeof value === 'string' && name !== undefined ? { instruction: value } : value;
  if (!isObject(given)) {
    const problem = `${file.placeOf(path)}: Expected a perspective with an \`instruction\`, got ${JSON.stringify(given) ?? 'nothing'}.`;
    return { perspective: { key: name ?? '', instruction: '' }, problems: [problem] };
  }
  const problems: string[] = [];
  const perspective: Record<string, unknown> = name === undefined ? {} : { key: name };
  for (const [field, each] of Object.entries(given)) {
    const meant = Object.hasOwn(fields, field) && !(field === 'key' && name !== undefined) ? fields[field] : undefined;
    if (meant !== undefined) perspective[meant] = meant === 'outputSchema' ? await schemaOf(each, from, world) : each;
    else
      problems.push(
        `${file.placeOf([...path, field])}: Expected one of ${Object.keys(fields).join(', ')}, got \`${field}\`.`,
      );
  }
  const own = problemsOf(perspective as unknown as Perspective).map(({ field, message }) => {
    const written = Object.keys(fields).find((word) => fields[word] === field) ?? field;
    return `${file.placeOf([...path, written])}: ${message}`;
  });
  return { perspective: perspective as unknown as Perspective, problems: [...problems, ...own] };
}

/** A schema stands in the file, or in one of its own whose place is told from there. */
async function schemaOf(given: unknown, from: string, world: World): Promise<JsonSchema> {
  const schema = typeof given === 'string' ? await readYaml(join(dirname(from), given), 'a JSON Schema', world) : given;
  return schema as JsonSchema;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
