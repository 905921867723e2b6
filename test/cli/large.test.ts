import { afterAll, beforeAll, expect, it } from 'vitest';

import { Desk } from '../support/fanfold.js';

let desk: Desk;

beforeAll(async () => {
  desk = await Desk.open();
  await desk.serve();
});

afterAll(() => desk.close());

it('reads a document of 5 MB, which every branch gets whole', async () => {
  // Long words, for the largest model reads a million tokens at most.
  const document = 'Notwithstanding confidentiality, indemnification responsibilities survive termination. '.repeat(
    58_000,
  );
  expect(Buffer.byteLength(document)).toBeGreaterThan(5_000_000);
  const run = await desk.json(['perspectives', '-', '--perspectives', 'legal,financial'], { stdin: document });
  expect(run.status).toBe('complete');
  expect(desk.model.calls.map(({ bodyBytes }) => bodyBytes > document.length)).toEqual([true, true]);
});

it('never pays twice for an answer of more than 2 MB, and returns it whole', async () => {
  desk.model.script({ match: /perspective: huge/, fault: { kind: 'answer-bytes', bytes: 2_500_000 } });
  const run = await desk.json(['perspectives', '-', '--perspectives', 'huge,small'], { stdin: 'A document.' });
  expect(run.status).toBe('complete');
  expect(desk.model.count(/perspective: huge/)).toBe(1);
  expect(Buffer.byteLength((run.output as { huge: string }).huge)).toBeGreaterThanOrEqual(2_500_000);
  // Shown again later, from the store.
  expect((await desk.json(['show', run.workflowId])).output).toEqual(run.output);
});

it('carries strange characters intact in both directions', async () => {
  const strange =
    'NUL \u0000, BOM \uFEFF, joiner \u200D, emoji \u{1F469}\u200D\u{1F680}, combining e\u0301, __proto__.';
  desk.model.script({ match: /perspective: echo/, fault: { kind: 'answer', text: strange } });
  const run = await desk.json(['perspectives', '-', '--perspectives', 'echo'], { stdin: `\uFEFF${strange}` });
  expect(run.output).toEqual({ echo: strange });
  const [call] = desk.model.calls.filter(({ prompt }) => prompt.includes('perspective: echo'));
  // The byte-order mark says how the text is encoded, and is no part of it.
  expect(call!.document).toBe(strange);
});

it('takes a lone surrogate in an answer without harm', async () => {
  // As an escape, the only way it can come over the wire.
  desk.model.script({
    match: /perspective: torn/,
    fault: {
      kind: 'body',
      body: '{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-5-5","content":[{"type":"text","text":"torn \\ud800 half"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}',
    },
  });
  const run = await desk.json(['perspectives', '-', '--perspectives', 'torn', '--max-tokens', '1000'], {
    stdin: 'A document.',
  });
  expect(run.status).toBe('complete');
  expect(JSON.stringify(run.output)).toBe('{"torn":"torn \\ud800 half"}');
});
