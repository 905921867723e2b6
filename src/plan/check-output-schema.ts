import type { JsonSchema } from '../contract/json-schema.js';
import { InputError } from '../contract/errors.js';
import { boundProblem } from './check-schema-bounds.js';

/** Most properties that may be missing, and most unions, in one schema: limits of the API's structured outputs. */
const mostOptional = 24;
const mostUnions = 16;

/** Most parts, each counted as often as it is referred to: references to references double at every level. */
const mostParts = 2_000;

const structural = words('type enum const anyOf oneOf $ref $defs properties required additionalProperties items');

/** Keywords that the API does not honour; the answer is checked against them when it is there. */
const bounds = words(
  'minLength maxLength pattern patternFlags format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems',
);

const annotations = words(
  'title description default examples deprecated readOnly writeOnly $schema $id $comment contentEncoding contentMediaType',
);

const scalars = words('string number integer boolean null');

const types = [...scalars, 'object', 'array'];

const patterns = words('type pattern patternFlags');

/** Keywords that cannot be honoured, and what to do instead. */
const advice: Record<string, string> = {
  propertyNames: 'A record has keys that are not known beforehand: use an array of objects with a key and a value.',
  patternProperties: 'Its keys are not known beforehand: use an array of objects with a key and a value.',
  prefixItems: 'A tuple has places of different kinds: use an object with a property for each.',
  allOf: 'Write the combined object out; a text may have several patterns: `allOf: [{ pattern: … }, …]`.',
  definitions: 'Call it `$defs`, and refer to `#/$defs/…`.',
  nullable: 'Write `type: [string, "null"]`, or `anyOf` with `type: "null"`.',
  not: 'Say what is allowed instead.',
};

/** A part of a schema: what it is called in a message, and the way to it in the schema. */
interface Place {
  name: string;
  path: readonly (string | number)[];
}

const top: Place = { name: '', path: [] };

/** The error of a schema that cannot be honoured. */
export class OutputSchemaError extends InputError {
  /** The way to the place in the schema: whoever has it from a file can name the line. */
  readonly path: readonly (string | number)[];

  constructor({ name, path }: Place, problem: string, doInstead?: string) {
    super(`Output schema, at ${name === '' ? 'the top' : `\`${name}\``}: ${problem}`, doInstead);
    this.path = path;
  }
}

interface Walk {
  root: JsonSchema;
  /** Definitions that something refers to. */
  used: Set<string>;
  parts: number;
  optional: number;
  unions: number;
}

/**
 * Refuses a schema that the API's structured outputs cannot honour, whose answers would silently be something else, or that no answer
 * can fit. Bounds and patterns pass: the API ignores them, and the answer is checked against them when it is there. A schema whose
 * top is no object passes too: it is asked for inside one, and its answer taken out of it.
 *
 * @throws OutputSchemaError naming the place; InputError where the schema is too large
 */
export function checkOutputSchema(schema: JsonSchema): void {
  const walk = { root: schema, used: new Set<string>(), parts: 0, optional: 0, unions: 0 };
  visit(schema, top, [], walk);
  checkUnusedDefinitions(walk);
  if (walk.optional > mostOptional) {
    throw new InputError(
      `Expected an output schema of at most ${mostOptional} optional properties, got ${walk.optional}.`,
      'Make some of them required, or nullable.',
    );
  }
  if (walk.unions > mostUnions) {
    throw new InputError(
      `Expected an output schema of at most ${mostUnions} unions, got ${walk.unions}.`,
      'A nullable property is a union too: make it optional.',
    );
  }
}

function visit(part: unknown, place: Place, entered: readonly string[], walk: Walk): void {
  walk.parts += 1;
  if (walk.parts > mostParts) {
    throw new InputError(
      `Expected an output schema of at most ${mostParts.toLocaleString('en')} parts, got more.`,
      'A definition counts as often as it is referred to, by itself and by others.',
    );
  }
  if (!isObject(part)) throw refusal(place, `Expected a JSON schema, got ${JSON.stringify(part) ?? 'nothing'}.`);
  checkKeywords(part, place);
  const { $ref, anyOf, oneOf, type } = part;
  if ($ref !== undefined) visitReference($ref, place, entered, walk);
  for (const [keyword, variants] of Object.entries({ anyOf, oneOf })) {
    if (variants === undefined) continue;
    if (!Array.isArray(variants) || variants.length === 0) throw refusal(place, 'A union needs variants.', keyword);
    walk.unions += 1;
    for (const [at, variant] of variants.entries()) visit(variant, inside(place, '', keyword, at), entered, walk);
  }
  if (Array.isArray(type)) walk.unions += 1;
  if (type === 'object') visitObject(part, place, entered, walk);
  if (type === 'array') {
    if (Array.isArray(part['items'])) throw refusal(place, 'It is a tuple.', 'items', advice['prefixItems']);
    if (part['items'] === undefined) throw refusal(place, 'Its items may be anything.', 'type', 'Say what they are.');
    visit(part['items'], inside(place, '[]', 'items'), entered, walk);
  }
}

/** Checks the keywords of one part by themselves. */
function checkKeywords(part: JsonSchema, place: Place): void {
  const stranger = Object.keys(part).find((word) => ![...structural, ...bounds, ...annotations].includes(word));
  if (stranger !== undefined && !(stranger === 'allOf' && hasPatternsOnly(part))) {
    throw refusal(place, `The API cannot honour \`${stranger}\`.`, stranger, advice[stranger]);
  }
  const ofTop = place.path.length === 0 ? undefined : ['$defs', '$id'].find((word) => part[word] !== undefined);
  if (ofTop !== undefined) throw refusal(place, `\`${ofTop}\` stands at the top of a schema only.`, ofTop);
  const [kind] = ['$ref', 'anyOf', 'oneOf', 'type', 'enum', 'const'].filter((word) => part[word] !== undefined);
  if (kind === undefined) throw refusal(place, 'It allows anything.', undefined, 'Say what the value is.');
  const own = Object.keys(part).filter((word) => structural.includes(word) && word !== '$defs');
  if (own.length > 1 && (part['$ref'] ?? part['anyOf'] ?? part['oneOf'])) {
    throw refusal(place, `\`${kind}\` cannot be combined with other keywords.`, kind);
  }
  checkLiterals(part, place);
  checkType(part['type'], place);
  for (const each of [part, ...((part['allOf'] as JsonSchema[] | undefined) ?? [])]) {
    const found = boundProblem(each);
    if (found === undefined) continue;
    throw refusal(place, found.problem, each === part ? found.keyword : 'allOf', found.advice);
  }
}

function checkType(type: unknown, place: Place): void {
  const strange = [type].flat().find((each) => each !== undefined && !types.includes(each as string));
  if (strange !== undefined) {
    throw refusal(place, `Unknown type ${JSON.stringify(strange)}.`, 'type', `Types are ${types.join(', ')}.`);
  }
  if (!Array.isArray(type)) return;
  if (type.length === 0) throw refusal(place, 'Expected at least one type, got none.', 'type');
  if (type.some((each) => !scalars.includes(each))) {
    throw refusal(place, `Types ${JSON.stringify(type)} cannot be mixed.`, 'type', 'Use anyOf.');
  }
}

/** Whether a part is a text whose `allOf` holds patterns and nothing else, as zod writes several of them. */
export function hasPatternsOnly({ type, allOf }: JsonSchema): boolean {
  if (type !== 'string' || !Array.isArray(allOf) || allOf.length === 0) return false;
  return allOf.every(
    (each) =>
      isObject(each) && Object.hasOwn(each, 'pattern') && Object.keys(each).every((word) => patterns.includes(word)),
  );
}

function visitObject(part: JsonSchema, place: Place, entered: readonly string[], walk: Walk): void {
  if (part['additionalProperties'] !== false) {
    throw refusal(
      place,
      'The object is open to properties that the schema does not name.',
      'additionalProperties',
      'Close it with `additionalProperties: false`; for keys not known beforehand use an array of objects.',
    );
  }
  const { properties = {}, required = [] } = part;
  if (!isObject(properties) || !Array.isArray(required)) throw refusal(place, 'Expected `properties` and `required`.');
  const unknown = required.findIndex((name) => !Object.hasOwn(properties, String(name)));
  if (unknown >= 0) {
    const problem = `\`${String(required[unknown])}\` is required and is not a property.`;
    throw refusal(inside(place, '', 'required'), problem, unknown);
  }
  for (const [name, property] of Object.entries(properties)) {
    if (!required.includes(name)) walk.optional += 1;
    visit(property, inside(place, place.name === '' ? name : `.${name}`, 'properties', name), entered, walk);
  }
}

function visitReference(reference: unknown, place: Place, entered: readonly string[], walk: Walk): void {
  const name = definitionNamed(reference);
  if (reference === '#' || (name !== undefined && entered.includes(name))) {
    throw refusal(place, 'A schema that contains itself cannot be honoured.', '$ref', 'Spell the levels out.');
  }
  const definitions = walk.root['$defs'];
  if (name === undefined || !isObject(definitions) || !Object.hasOwn(definitions, name)) {
    throw refusal(place, `Expected a reference into \`$defs\`, got ${JSON.stringify(reference)}.`, '$ref');
  }
  walk.used.add(name);
  visit(definitions[name], { name: place.name, path: ['$defs', name] }, [...entered, name], walk);
}

/** The name of the definition that a reference means; `undefined` where it leads elsewhere. */
export function definitionNamed(reference: unknown): string | undefined {
  const [, pointer] = /^#\/\$defs\/([^/]+)$/.exec(String(reference)) ?? [];
  return pointer?.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Definitions that nothing refers to are sent as well. */
function checkUnusedDefinitions(walk: Walk): void {
  const { $defs } = walk.root;
  if ($defs === undefined) return;
  if (!isObject($defs)) {
    throw refusal(top, `Expected \`$defs\` to be schemas by name, got ${JSON.stringify($defs)}.`, '$defs');
  }
  for (const [name, definition] of Object.entries($defs)) {
    if (walk.used.has(name)) continue;
    visit(definition, { name: `$defs.${name}`, path: ['$defs', name] }, [name], walk);
  }
}

function checkLiterals(part: JsonSchema, place: Place): void {
  for (const keyword of ['enum', 'const']) {
    const given = part[keyword];
    if (given === undefined) continue;
    const literals = keyword === 'const' ? [given] : given;
    const plain =
      Array.isArray(literals) &&
      literals.length > 0 &&
      literals.every((each) => each === null || typeof each !== 'object');
    if (!plain) throw refusal(place, 'Expected literals to be strings, numbers, booleans or null.', keyword);
  }
}

function inside({ name, path }: Place, more: string, ...way: (string | number)[]): Place {
  return { name: `${name}${more}`, path: [...path, ...way] };
}

/** @param at the keyword that is the matter, or the place of one of its parts */
function refusal({ name, path }: Place, problem: string, at?: string | number, doInstead?: string): OutputSchemaError {
  return new OutputSchemaError({ name, path: at === undefined ? path : [...path, at] }, problem, doInstead);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function words(list: string): readonly string[] {
  return list.split(' ');
}
