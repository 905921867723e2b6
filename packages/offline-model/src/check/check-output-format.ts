import type { JsonSchema } from '../json-schema.js';
import { lookUp } from '../answer/schema-value.js';
import { supportedFormats } from '../answer/schema-formats.js';
import { invalidRequest } from '../http/api-failure.js';
import { isObject } from '../http/read-body.js';

const keywords = new Set(
  `type enum const anyOf allOf $ref $defs definitions properties required additionalProperties items minItems format
  description title default examples $schema $id`.split(/\s+/),
);
const types = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];
const mostOptional = 24;
const mostUnions = 16;
/** Each counted as often as it is referred to: references to references double at every level. */
const mostParts = 2_000;

/**
 * What structured outputs take of JSON Schema: closed objects, no bounds, no patterns, no recursion.
 *
 * @throws ApiFailure 400 naming the place
 */
export function checkOutputFormat(format: unknown): void {
  if (!isObject(format) || format['type'] !== 'json_schema')
    throw invalidRequest("output_config.format.type: Input should be 'json_schema'");
  const { schema } = format;
  if (!isObject(schema)) throw invalidRequest('output_config.format.schema: Field required');
  const counts = { parts: 0, optional: 0, unions: 0 };
  walk(schema, 'output_config.format.schema', schema, [], counts);
  if (counts.optional > mostOptional)
    throw invalidRequest(
      `output_config.format.schema: ${counts.optional} optional parameters, at most ${mostOptional} are allowed`,
    );
  if (counts.unions > mostUnions)
    throw invalidRequest(`output_config.format.schema: ${counts.unions} unions, at most ${mostUnions} are allowed`);
}

type Counts = { parts: number; optional: number; unions: number };

function walk(part: unknown, at: string, root: JsonSchema, entered: readonly string[], counts: Counts): void {
  counts.parts += 1;
  if (counts.parts > mostParts) throw invalidRequest('output_config.format.schema: Schema is too complex');
  if (!isObject(part)) throw invalidRequest(`${at}: Input should be a JSON schema`);
  checkKeywords(part, at);
  const reference = part['$ref'];
  if (typeof reference === 'string') {
    if (!reference.startsWith('#')) throw invalidRequest(`${at}.$ref: external references are not supported`);
    if (entered.includes(reference)) throw invalidRequest(`${at}.$ref: recursive schemas are not supported`);
    walk(lookUp(root, reference), reference, root, [...entered, reference], counts);
  }
  for (const list of [part['anyOf'], part['allOf']]) {
    if (Array.isArray(list))
      for (const [index, each] of list.entries()) walk(each, `${at}.${index}`, root, entered, counts);
  }
  if (Array.isArray(part['anyOf']) || Array.isArray(part['type'])) counts.unions += 1;
  if (part['items'] !== undefined) walk(part['items'], `${at}.items`, root, entered, counts);
  if (part['type'] === 'object' || part['properties'] !== undefined) checkObject(part, at);
  if (!isObject(part['properties'])) return;
  const required = Array.isArray(part['required']) ? part['required'] : [];
  for (const [name, property] of Object.entries(part['properties'])) {
    if (!required.includes(name)) counts.optional += 1;
    walk(property, `${at}.properties.${name}`, root, entered, counts);
  }
}

function checkKeywords(part: JsonSchema, at: string): void {
  const unsupported = Object.keys(part).find((keyword) => !keywords.has(keyword));
  if (unsupported !== undefined)
    throw invalidRequest(`${at}: for structured outputs, property '${unsupported}' is not supported`);
  const { type, format, minItems } = part;
  const declared = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (!declared.every((each) => types.includes(each as string)))
    throw invalidRequest(`${at}.type: unknown type ${JSON.stringify(type)}`);
  if (minItems !== undefined && minItems !== 0 && minItems !== 1)
    throw invalidRequest(`${at}.minItems: only 0 and 1 are supported`);
  if (format !== undefined && !supportedFormats.some((supported) => supported === format))
    throw invalidRequest(`${at}.format: ${JSON.stringify(format)} is not supported`);
  if (part['enum'] !== undefined && !(Array.isArray(part['enum']) && part['enum'].length > 0))
    throw invalidRequest(`${at}.enum: Input should be a list with at least one value`);
}

function checkObject(part: JsonSchema, at: string): void {
  if (part['additionalProperties'] !== false)
    throw invalidRequest(`${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
  const properties = isObject(part['properties']) ? part['properties'] : {};
  const required = Array.isArray(part['required']) ? part['required'] : [];
  const unknown = required.find((name) => !Object.hasOwn(properties, String(name)));
  if (unknown !== undefined) throw invalidRequest(`${at}.required: ${JSON.stringify(unknown)} is not a property`);
}
