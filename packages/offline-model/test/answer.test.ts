import { expect, it } from 'vitest';
import { quotesWanted } from '../src/answer/extract.js';
import { asking, contract, reading, start, textOf } from './start.js';

it('quotes the sentences of the document that are closest to the instruction', async () => {
  const { client } = await start();
  const text = textOf(
    await client.messages.create(reading(contract, 'Look at liability, termination and governing law.')),
  );
  expect(text).toMatchInlineSnapshot(`
    "Offline extract: the sentences of the text closest to the question.

    - "The liability of either party is capped at the fees paid in the last twelve months."
    - "Either party may terminate with 30 days notice."
    - "The governing law is that of Denmark.""
  `);
});

it('answers two different instructions differently and the same one alike, with another message id', async () => {
  const { client } = await start();
  const [legal, again, security] = await Promise.all(
    ['liability', 'liability', 'encryption of data'].map((prompt) => client.messages.create(reading(contract, prompt))),
  );
  expect(again?.content).toEqual(legal?.content);
  expect(security?.content).not.toEqual(legal?.content);
  expect(again?.id).not.toBe(legal?.id);
});

it.each([
  ['Summarise in 2 sentences.', 2],
  ['Give me one sentence.', 1],
  ['Write a sentence.', 1],
  ['three short bullets', 3],
  ['Tell me about backups.', 4],
])('takes the number of quotes from "%s"', (instruction, count) => {
  expect(quotesWanted(instruction)).toBe(count);
});

it('says that there is no topic when there is none', async () => {
  const { client } = await start();
  const text = textOf(await client.messages.create(reading(contract, 'Summarise the document in 2 sentences.')));
  expect(text).toMatch(/^Offline extract: sentences typical of the text\.\n\n- "[^\n]+"\n- "[^\n]+"$/);
});

it('does not quote the opening lines and quotation marks of other extracts', async () => {
  const { client } = await start();
  const extract = textOf(await client.messages.create(reading(contract, 'governing law')));
  const again = textOf(await client.messages.create(reading(extract, 'law of the question closest to the text')));
  expect(again.match(/Offline/g)).toHaveLength(1);
  expect(again).toContain('\n- "The governing law is that of Denmark."');
});

it('quotes neither marks, nor the question, nor titles of search results, and what several answers say once', async () => {
  const { client } = await start();
  const mark = '0910e101697cf2ea77a1f19c1a074b96';
  const block = (name: string, answer: string) =>
    `--- ${mark} begin${name}\nQuestion: When are invoices due?\n\n${answer}\n--- ${mark} end${name}\n\n`;
  const answers = [
    block(
      ' A',
      'Offline extract: sentences typical of the text.\n\n- "Invoices are due within 30 days of the invoice date."',
    ),
    block('', '[8] messages.csv\nfile:///tmp/messages.csv\nThe invoice for March is due on 30 April.'),
    'The lawyer: Offline extract: sentences typical of the text.\n\n- "Invoices are due within 30 days of the invoice date."\n\n',
  ];
  const text = textOf(
    await client.messages.create(asking(`${answers.join('')}Write the report. Question: When are invoices due?`)),
  );
  expect(text.split('\n').slice(2)).toEqual([
    '- "Invoices are due within 30 days of the invoice date."',
    '- "[8] The invoice for March is due on 30 April."',
  ]);
});

it('takes its time in proportion to a prompt full of tags that are never closed', async () => {
  const { client } = await start();
  const prompt = Array.from({ length: 20_000 }, (_, index) => `<b><t${index % 50}>`).join(' law ');
  expect((await client.messages.create(asking(prompt))).stop_reason).toBe('end_turn');
});

it('keeps sentences whole in a paragraph of any length', async () => {
  const { client } = await start();
  const paragraph = `${'The quick supplier delivers on Monday. '.repeat(400)}Only zebras pay late. ${'The customer pays on Friday. '.repeat(400)}`;
  expect(textOf(await client.messages.create(reading(paragraph, 'zebra')))).toContain('- "Only zebras pay late."');
});

it('says so when no sentence has to do with the question', async () => {
  const { client } = await start();
  const text = textOf(await client.messages.create(reading(contract, 'zebra giraffe')));
  expect(text).toMatch(/^Offline extract: no sentence of the text shares a word with the question/);
});

it.each(['The fee is 40 EUR. It is due in May.', '合同由甲方签署。付款在五月到期。'])(
  'quotes a text without a long word, too: %s',
  async (short) => {
    const { client } = await start();
    const text = textOf(await client.messages.create(reading(short, 'Look at liability.')));
    expect(text.match(/^- "/gm)).toHaveLength(2);
  },
);

it('says plainly that it cannot reason when there is nothing to quote', async () => {
  const { client } = await start();
  expect(textOf(await client.messages.create(asking('Hi!')))).toMatch(/^Offline model: it does not reason/);
});

it.each([
  ['tags', `Which law governs?\n\n<document name="a">\n${contract}\n</document>`],
  ['a fence', `Which law governs?\n\n\`\`\`\n${contract}\n\`\`\``],
  ['a long text before the question', `${contract.repeat(3)}\n\nWhich law governs?`],
])('finds a document inside the prompt by %s', async (_by, prompt) => {
  const { client } = await start();
  expect(textOf(await client.messages.create(asking(prompt)))).toContain('- "The governing law is that of Denmark."');
});

it('takes the texts before the last one for the document', async () => {
  const { client, model } = await start();
  const content = [contract, 'Which law governs?'].map((text) => ({ type: 'text', text }) as const);
  const answer = await client.messages.create(asking('', { messages: [{ role: 'user', content }] }));
  expect(textOf(answer)).toContain('"The governing law is that of Denmark."');
  expect(model.calls[0]?.prompt).toBe('Which law governs?');
});

it('leaves out headings and puts wrapped lines together', async () => {
  const { client } = await start();
  const text = textOf(
    await client.messages.create(reading('Liability\nThe liability of\nboth is capped at one euro.', 'liability')),
  );
  expect(text).toContain('- "The liability of both is capped at one euro."');
});

it('ends in the middle at max_tokens, and counts what it said', async () => {
  const { client } = await start();
  const whole = await client.messages.create(reading(contract, 'liability and law'));
  const cut = await client.messages.create(reading(contract, 'liability and law', { max_tokens: 20 }));
  expect(cut.stop_reason).toBe('max_tokens');
  expect(cut.usage.output_tokens).toBeLessThanOrEqual(20);
  expect(textOf(whole).startsWith(textOf(cut))).toBe(true);
  expect(whole.stop_reason).toBe('end_turn');
});

it('stops before a stop sequence', async () => {
  const { client } = await start();
  const answer = await client.messages.create(reading(contract, 'governing law', { stop_sequences: ['Denmark'] }));
  expect(answer).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'Denmark' });
  expect(textOf(answer)).not.toContain('Denmark');
});

it('streams the same answer as it gives at once', async () => {
  const { client } = await start();
  const whole = await client.messages.create(reading(contract, 'liability 😀'));
  const streamed = await client.messages.stream(reading(contract, 'liability 😀')).finalMessage();
  expect(streamed.content).toEqual(whole.content);
  expect(streamed.usage).toMatchObject({
    input_tokens: whole.usage.input_tokens,
    output_tokens: whole.usage.output_tokens,
  });
  expect(streamed.stop_reason).toBe('end_turn');
});

it('sends the events of a stream in the documented order', async () => {
  const { client } = await start();
  const types: string[] = [];
  for await (const event of await client.messages.create({ ...reading(contract, 'liability'), stream: true }))
    types.push(event.type);
  expect(types.filter((type, index) => type !== types[index - 1])).toEqual([
    'message_start',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'message_delta',
    'message_stop',
  ]);
});

it('marks every answer as its own', async () => {
  const { client } = await start();
  const { response } = await client.messages.create(asking('Hi')).withResponse();
  expect(response.headers.get('fanfold-offline')).toBe('1');
  expect(response.headers.get('request-id')).toMatch(/^req_/);
});
