import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

import type { JsonSchema } from '../../../src/contract/json-schema.js';
import { workflowTypes } from '../../../src/contract/names.js';
import type { Kind } from '../../../src/contract/names.js';
import { schemaFiles } from '../../../src/plan/schema/files.js';
import { examples } from './examples.js';

const ajv = new Ajv({ strict: true });
// What they use means the same in the draft that this checker knows.
const files = Object.fromEntries(
  Object.entries(schemaFiles()).map(([name, schema]): [string, JsonSchema] => {
    const { $schema, ...rest } = schema;
    return [name, { $comment: $schema, ...rest }];
  }),
);

describe.each(workflowTypes)('the schema files of %s', (kind) => {
  it('let others find what the workflow would refuse', () => {
    const takes = ajv.compile(files[`${kind}.input.json`] ?? false);
    expect(takes(examples[kind]), JSON.stringify(takes.errors)).toBe(true);
    for (const wrong of [{ nobodyKnowsThis: 1 }, { timeoutMs: -1 }, { maxTokens: 0.5 }, { offline: 'yes' }]) {
      expect(takes({ ...examples[kind], ...wrong }), JSON.stringify(wrong)).toBe(false);
    }
  });

  it('say of every field what it is', () => {
    const { properties } = files[`${kind}.input.json`] as { properties: Record<string, { description?: string }> };
    expect(Object.entries(properties).filter(([, field]) => (field.description ?? '') === '')).toEqual([]);
    expect(properties).not.toHaveProperty('carried');
  });
});

describe('the schemas of results', () => {
  const folder = fileURLToPath(new URL('../../histories/0.1.0', import.meta.url));
  const results = readdirSync(folder).flatMap((name) => {
    const { events } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { events: Event[] };
    const kind = events[0]?.workflowExecutionStartedEventAttributes?.workflowType.name as Kind;
    const data = events.at(-1)?.workflowExecutionCompletedEventAttributes?.result.payloads[0]?.data;
    // Workflows of somebody's own have results of their own.
    return data === undefined || files[`${kind}.result.json`] === undefined
      ? []
      : [{ name, kind, result: JSON.parse(Buffer.from(data, 'base64').toString()) as object }];
  });

  it.each(results)('fit the result in the history $name', ({ kind, result }) => {
    const fits = ajv.compile(files[`${kind}.result.json`] ?? false);
    expect(fits(result), JSON.stringify(fits.errors)).toBe(true);
  });
});

interface Event {
  workflowExecutionStartedEventAttributes?: { workflowType: { name: string } };
  workflowExecutionCompletedEventAttributes?: { result: { payloads: { data: string }[] } };
}
