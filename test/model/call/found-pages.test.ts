import { expect, it } from 'vitest';

import { answerFormOf } from '../../../src/model/call/answer-form.js';
import { foundPages } from '../../../src/model/call/found-pages.js';
import { asMessage } from '../../../src/model/call/message.js';

const url = 'https://example.com/breach';
const quote = (cited_text: string, more = {}) => ({
  type: 'web_search_result_location',
  url,
  title: 'Breaches',
  cited_text,
  encrypted_index: 'a',
  ...more,
});
const content = [
  { type: 'text', text: 'I search.' },
  { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'breach' } },
  {
    type: 'web_search_tool_result',
    tool_use_id: 's1',
    content: [{ type: 'web_search_result', url, title: 'Breaches' }],
  },
  { type: 'text', text: 'Within a day', citations: [quote('Notice within a day.'), quote('Notice within a day.')] },
  {
    type: 'text',
    text: ' or two.',
    citations: [quote('Two at most.'), quote('x', { url: 'https://example.org/', title: null })],
  },
  { type: 'text', text: '', citations: [{ type: 'char_location', cited_text: 'of a document' }, null] },
];

it('takes each page that is quoted once, with all that is quoted of it', () => {
  expect(foundPages(content)).toEqual([
    { title: 'Breaches', link: url, text: 'Notice within a day.\nTwo at most.' },
    { title: 'https://example.org/', link: 'https://example.org/', text: 'x' },
  ]);
  expect(foundPages([null, 'text', { citations: 'none' }])).toEqual([]);
});

it('takes ten pages, and so much of each, that a history has room for them', () => {
  const many = Array.from({ length: 30 }, (_, at) => quote('y'.repeat(5_000), { url: `https://example.com/${at}` }));
  const found = foundPages([{ type: 'text', text: '', citations: many }]);
  expect(found).toHaveLength(10);
  expect(JSON.stringify(found).length).toBeLessThan(12_000);
});

it('is part of an answer to a question that offers tools of the API, and of no other', async () => {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = asMessage({ type: 'message', model: 'm', content, stop_reason: 'end_turn', usage });
  const host = {} as Parameters<typeof answerFormOf>[1];
  const read = async (request: Parameters<typeof answerFormOf>[0]) => answerFormOf(request, host).read(message);
  expect(await read({ serverTools: [{ name: 'web_search' }] })).toMatchObject({
    output: 'Within a day or two.',
    found: [{ link: url }, {}],
  });
  expect(await read({})).not.toHaveProperty('found');
});
