import type { JsonSchema } from '../contract/json-schema.js';
import { InputError } from '../contract/errors.js';

/** Most properties that may be missing, and most unions, in one schema: limits of the API's structured outputs. */
const mostOptional = 24;
const mostUnions = 16;

/** Most parts, each counted as often as it is referred to: references to references double at every level. */
const mostParts = 2_000;

const structural = words('type enum const anyOf oneOf $ref $defs properties required additionalProperties items');

/** Keywords that the API does not honour; the answer is checked against them when it is there. */
const bounds = words(
  'minLength maxLength pattern format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems',
);

const annotations = words(
  'title description default examples deprecated readOnly writeOnly $schema $id $comment contentEncoding contentMediaType',
);

const scalars = words('string number integer boolean null');

/** Keywords that cannot be honoured, and what to do instead. */
const advice: Record<string, string> = {
  propertyNames: 'A record has keys that are not known beforehand: use an array of objects with a key and a value.',
  patternProperties: 'Its keys are not known beforehand: use an array of objects with a key and a value.',
  prefixItems: 'A tuple has places of different kinds: use an object with a property for each.',
  allOf: 'Write the combined object out.',
  not: 'Say what is allowed instead.',
};

interface Walk {
  root: JsonSchema;
  parts: number;
  optional: number;
  unions: number;
}

/**
 * Refuses a schema that the API's structured outputs cannot honour, whose answers would silently be something else. Bounds and
 * patterns pass: the API ignores them, and the answer is checked against them when it is there.
 *
 * @throws InputError naming the place
 */
export function checkOutputSchema(schema: JsonSchema): void {
  const walk = { root: schema, parts: 0, optional: 0, unions: 0 };
  visit(schema, '', [], walk);
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

function visit(part: unknown, path: string, entered: readonly string[], walk: Walk): void {
  walk.parts += 1;
  if (walk.parts > mostParts) {
    throw new InputError(
      `Expected an output schema of at most ${mostParts.toLocaleString('en')} parts, got more.`,
      'A definition counts as often as it is referred to, by itself and by others.',
    );
  }
  if (!isObject(part)) throw refusal(path, `Expected a JSON schema, got ${JSON.stringify(part) ?? 'nothing'}.`);
  const stranger = Object.keys(part).find((word) => ![...structural, ...bounds, ...annotations].includes(word));
  if (stranger !== undefined) throw refusal(path, `The API cannot honour \`${stranger}\`.`, advice[stranger]);
  const kinds = ['$ref', 'anyOf', 'oneOf', 'type', 'enum', 'const'].filter((word) => part[word] !== undefined);
  if (kinds.length === 0) throw refusal(path, 'It allows anything.', 'Say what the value is.');
  const { $ref, anyOf, oneOf, type } = part;
  if (
    Object.keys(part).filter((word) => structural.includes(word) && word !== '$defs').length > 1 &&
    ($ref ?? anyOf ?? oneOf)
  ) {
    throw refusal(path, `\`${kinds[0]}\` cannot be combined with other keywords.`);
  }
  for (const literals of [part['enum'], part['const'] === undefined ? undefined : [part['const']]]) {
    if (literals !== undefined) checkLiterals(literals, path);
  }
  if ($ref !== undefined) visitReference($ref, path, entered, walk);
  for (const variants of [anyOf, oneOf]) {
    if (variants === undefined) continue;
    if (!Array.isArray(variants) || variants.length === 0) throw refusal(path, 'A union needs variants.');
    walk.unions += 1;
    for (const variant of variants) visit(variant, path, entered, walk);
  }
  if (Array.isArray(type)) {
    if (!type.every((each) => scalars.includes(each)))
      throw refusal(path, `Types ${JSON.stringify(type)} cannot be mixed.`, 'Use anyOf.');
    walk.unions += 1;
  } else if (type === 'object') visitObject(part, path, entered, walk);
  else if (type === 'array') {
    if (part['items'] === undefined) throw refusal(path, 'Its items may be anything.', 'Say what they are.');
    visit(part['items'], `${path}[]`, entered, walk);
  } else if (type !== undefined && !(scalars as readonly unknown[]).includes(type))
    throw refusal(path, `Unknown type ${JSON.stringify(type)}.`);
}

function visitObject(part: JsonSchema, path: string, entered: readonly string[], walk: Walk): void {
  if (part['additionalProperties'] !== false) {
    throw refusal(
      path,
      'The object is open to properties that the schema does not name.',
      'Close it with `additionalProperties: false`; for keys not known beforehand use an array of objects.',
    );
  }
  const { properties = {}, required = [] } = part;
  if (!isObject(properties) || !Array.isArray(required)) throw refusal(path, 'Expected `properties` and `required`.');
  const unknown = required.find((name) => !Object.hasOwn(properties, String(name)));
  if (unknown !== undefined) throw refusal(path, `\`${String(unknown)}\` is required and is not a property.`);
  for (const [name, property] of Object.entries(properties)) {
    if (!required.includes(name)) walk.optional += 1;
    visit(property, path === '' ? name : `${path}.${name}`, entered, walk);
  }
}

function visitReference(reference: unknown, path: string, entered: readonly string[], walk: Walk): void {
  const [, name] = /^#\/\$defs\/([^/]+)$/.exec(String(reference)) ?? [];
  if (reference === '#' || (name !== undefined && entered.includes(name))) {
    throw refusal(path, 'A schema that contains itself cannot be honoured.', 'Spell the levels out.');
  }
  const definitions = walk.root['$defs'];
  if (name === undefined || !isObject(definitions) || !Object.hasOwn(definitions, name)) {
    throw refusal(path, `Expected a reference into \`$defs\`, got ${JSON.stringify(reference)}.`);
  }
  visit(definitions[name], path, [...entered, name], walk);
}

function checkLiterals(literals: unknown, path: string): void {
  const plain =
    Array.isArray(literals) &&
    literals.length > 0 &&
    literals.every((each) => each === null || typeof each !== 'object');
  if (!plain) throw refusal(path, 'Expected literals to be strings, numbers, booleans or null.');
}

function refusal(path: string, problem: string, doInstead?: string): InputError {
  return new InputError(`Output schema, at ${path === '' ? 'the top' : `\`${path}\``}: ${problem}`, doInstead);
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function words(list: string): readonly string[] {
  return list.split(' ');
}
