import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { contract, reading, start, textOf } from './start.js';

const findings = z.object({
  summary: z.string().max(60),
  governingLaw: z.string().describe('The law that governs'),
  severity: z.enum(['low', 'high']),
  score: z.number().min(0).max(1),
  count: z.int().min(2).max(5),
  risky: z.boolean(),
  note: z.string().nullable(),
  contact: z.email(),
  due: z.iso.date(),
  quotes: z.array(z.object({ quote: z.string(), title: z.string() })).min(2),
  kind: z.discriminatedUnion('type', [
    z.object({ type: z.literal('a'), a: z.string() }),
    z.object({ type: z.literal('b') }),
  ]),
});

it('answers with JSON that fits the schema, made of sentences of the document', async () => {
  const { client } = await start();
  const format = zodOutputFormat(findings);
  const answer = await client.messages.create(
    reading(contract, 'Which liability and law?', { output_config: { format } }),
  );
  const value = format.parse(textOf(answer));
  expect(value.governingLaw).toBe('The governing law is that of Denmark.');
  expect(value.quotes.map(({ quote }) => contract.replaceAll('\n', ' ').includes(quote))).not.toContain(false);
  expect(new Set(value.quotes.map(({ quote }) => quote)).size).toBe(value.quotes.length);
});

it('streams it as well', async () => {
  const { client } = await start();
  const format = zodOutputFormat(findings);
  const { parsed_output: parsed } = await client.messages
    .stream(reading(contract, 'law', { output_config: { format } }))
    .finalMessage();
  expect(findings.safeParse(parsed).success).toBe(true);
});

it('is cut by max_tokens into something that is no JSON', async () => {
  const { client } = await start();
  const answer = await client.messages.create(
    reading(contract, 'law', { max_tokens: 12, output_config: { format: zodOutputFormat(findings) } }),
  );
  expect(answer.stop_reason).toBe('max_tokens');
  expect(() => JSON.parse(textOf(answer))).toThrow(SyntaxError);
});

it('answers without any text to quote', async () => {
  const { client } = await start();
  const format = zodOutputFormat(z.object({ answer: z.string(), list: z.array(z.string()) }));
  const answer = await client.messages.create(reading('1', 'x', { output_config: { format } }));
  expect(format.parse(textOf(answer)).answer).toMatch(/^Offline model/);
});

it('answers a schema with references', async () => {
  const { client } = await start();
  const schema = {
    type: 'object',
    additionalProperties: false,
    required: ['first'],
    properties: { first: { $ref: '#/$defs/point' }, both: { allOf: [{ $ref: '#/$defs/point' }] } },
    $defs: {
      point: {
        type: 'object',
        additionalProperties: false,
        required: ['x'],
        properties: { x: { type: 'integer' }, tag: { const: 'p' } },
      },
    },
  };
  const answer = await client.messages.create(
    reading(contract, 'law', { output_config: { format: { type: 'json_schema', schema } } }),
  );
  expect(JSON.parse(textOf(answer))).toEqual({
    first: { x: expect.any(Number), tag: 'p' },
    both: { x: expect.any(Number), tag: 'p' },
  });
});

const leaf = fc.constantFrom<z.ZodType>(
  z.string(),
  z.number().min(-1).max(2),
  z.int(),
  z.boolean(),
  z.null(),
  z.enum(['x', 'liability']),
  z.literal(7),
);
const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie('schema').map((item) => z.array(item).max(4)),
    fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie('schema'), { maxKeys: 4 }).map((shape) => z.object(shape)),
    fc.tuple(tie('schema'), leaf).map(([left, right]) => z.union([left, right])),
  ),
}));

it('fits any schema', async () => {
  const { client } = await start();
  await fc.assert(
    fc.asyncProperty(schema, async (any) => {
      const format = zodOutputFormat(z.object({ any }));
      const answer = await client.messages.create(
        reading(contract, 'liability', { max_tokens: 20_000, output_config: { format } }),
      );
      format.parse(textOf(answer));
    }),
    { numRuns: 60 },
  );
});
