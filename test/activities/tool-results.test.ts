import { describe, expect, it } from 'vitest';

import { conversationOf } from '../../activities/stored/conversation-of.js';
import { readResult } from '../../activities/tools/read-result.js';
import { resultOf } from '../../activities/tools/result-parts.js';
import type { Turn } from '../../src/contract/model-request.js';
import { buildRequest, estimateTokens, fileTokensIn } from '../../src/model/index.js';
import { offeredTools, resultCalled } from '../../src/plan/result-tool.js';
import type { Tool } from '../../src/contract/tool.js';
import { pngOf } from '../support/images.js';

const texts = new Map<string, string>();
const store = {
  readText: async ({ sha256 }: { sha256: string }) => texts.get(sha256) ?? '',
};

/** A turn with one call, whose result is in the store. */
function turnOf(output: unknown, key = 'look-1'): Turn {
  const json = JSON.stringify(output);
  texts.set(key, json);
  return {
    content: { inline: [{ type: 'tool_use', id: key, name: 'look', input: {} }] },
    results: [{ id: key, key, output: { sha256: key, bytes: json.length }, failed: false }],
  };
}

async function contentOf(turns: readonly Turn[], readsOn = true): Promise<unknown> {
  const messages = await conversationOf(turns, store, readsOn);
  const [result] = (messages[1]?.content ?? []) as { content: unknown }[];
  return result?.content;
}

const look: Tool = { name: 'look', description: 'Looks.', inputSchema: { type: 'object' }, by: { kind: 'time' } };
const long = Array.from({ length: 30_000 }, (_, at) => `line ${at}`).join('\n');

describe('a result that is long', () => {
  it('is shown in part, and read on in by the name of its call until its end', async () => {
    const turn = turnOf(long);
    let page = (await contentOf([turn])) as string;
    let said = '';
    for (;;) {
      const next =
        /…\n\(characters \d+ to (\d+) of \d+; go on with read_result, \{ "call": "look-1", "from": \1 \}\)$/.exec(page);
      said += page.slice(0, next?.index);
      if (next === null) break;
      const input = { call: 'look-1', from: Number(next[1]) };
      page = await readResult(resultCalled({ inline: input }, [turn]), input, store);
      expect(page.length).toBeLessThanOrEqual(60_000);
    }
    expect(said).toBe(long);
  });

  it('is cut where the model has nothing to read on with, and not in the middle of a character', async () => {
    const cut = (await contentOf([turnOf(`${'x'.repeat(59_999)}${'😀'.repeat(500)}`)], false)) as string;
    expect(cut.slice(59_999)).toBe('… (cut: 1000 more characters)');
    expect(cut).not.toMatch(/\p{Cs}/u);
  });

  it('has the tool that reads on offered with it, and only then', () => {
    expect(offeredTools([look], [turnOf('short')])).toEqual([look]);
    expect(offeredTools([look], [turnOf(long)]).map(({ name }) => name)).toEqual(['look', 'read_result']);
    const own = { ...look, name: 'read_result' };
    expect(offeredTools([own], [turnOf(long)])).toEqual([own]);
  });

  it('is none of another run, whatever the model names', async () => {
    const turn = turnOf(long);
    for (const call of ['turn-1', 'look-2', 'a'.repeat(64)]) {
      const of = resultCalled({ inline: { call, from: 0 } }, [turn]);
      await expect(readResult(of, { call, from: 0 }, store)).rejects.toThrow(
        `There is no result of a call \`${call}\`.`,
      );
    }
    const input = { call: 'look-1', from: 1_000_000 };
    await expect(readResult(resultCalled({ inline: input }, [turn]), input, store)).rejects.toThrow(
      'Expected `from` to be less',
    );
  });
});

describe('an image', () => {
  const image = (width: number, height: number) => ({
    type: 'image' as const,
    mimeType: 'image/jpeg',
    data: pngOf(width, height).toString('base64'),
  });

  it('is an image to the model, by its bytes, and counts by its pixels', async () => {
    const output = resultOf([{ type: 'text', text: 'Chart:' }, image(280, 280)]);
    const turn = turnOf(output);
    expect(await contentOf([turn])).toEqual([
      { type: 'text', text: 'Chart:' },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image(280, 280).data } },
    ]);
    const request = { model: 'claude-sonnet-5-5', maxTokens: 100, system: '', prompt: 'Look.' };
    const body = buildRequest(request, undefined, undefined, await conversationOf([turn], store));
    expect(fileTokensIn(body)).toBe(105);
    expect(estimateTokens(body)).toBeLessThan(400);
  });

  it('that the API would refuse is named, and not kept', () => {
    const cut = { type: 'image' as const, mimeType: 'image/png', data: `iVBORw0KGgo${'A'.repeat(1_000)}` };
    expect(resultOf([cut])).toMatch(/^\(image: image\/png, \d+ bytes; it cannot be shown: it is damaged\)$/);
    expect(resultOf([{ ...cut, data: 'AAAA', mimeType: 'image/tiff' }])).toContain('it is no PNG, JPEG, GIF or WebP');
    expect(resultOf([image(9_000, 10)])).toContain('it has 9000 x 10 pixels');
  });

  it('that is large is no longer shown where there are more than 20', async () => {
    const turns = Array.from({ length: 21 }, (_, at) =>
      turnOf(resultOf([image(at === 0 ? 3_000 : 100 + at, 10)]), `look-${at}`),
    );
    const [first, second] = [await contentOf(turns), (await conversationOf(turns, store))[3]?.content];
    expect(first).toMatchObject([{ type: 'text', text: expect.stringContaining('no longer shown') }]);
    expect(second).toMatchObject([{ content: [{ type: 'image' }] }]);
  });
});
