import type { ToolResultBlockParam } from '@anthropic-ai/sdk/resources/messages';

import { imageBlock } from '../../src/model/index.js';
import { isBlank } from '../../src/model/sendable.js';
import { nothingReturned } from '../../src/prompts/agent.js';
import { cutText, pageOf, textOf } from './result-page.js';
import { partsIn } from './result-parts.js';
import type { ResultPart, ShownImage } from './result-parts.js';

/** Most images in a request of which any may be large, and pixels either way of those that are not; most base64 of all together. */
const manyImages = 20;
const mostPixelsOfMany = 2_000;
const mostCharacters = 20 * 1_024 * 1_024;

/**
 * The images of a conversation that fit into one request: the newest, for those before have been spoken of.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/vision (as of autumn 2026)
 */
export class ImageRoom {
  readonly #fitting = new Set<string>();

  /** @param outputs of all calls, in their order */
  constructor(outputs: readonly unknown[]) {
    const images = outputs.flatMap((output) => (partsIn(output) ?? []).filter((part) => part.type === 'image'));
    const most = images.length > manyImages ? mostPixelsOfMany : Infinity;
    let left = mostCharacters;
    for (const { base64, width, height } of images.toReversed()) {
      left -= base64.length;
      if (left >= 0 && width <= most && height <= most) this.#fitting.add(base64);
    }
  }

  has({ base64 }: ShownImage): boolean {
    return this.#fitting.has(base64);
  }
}

/**
 * A tool's result as the API takes it: a text, or texts and images.
 *
 * @param call key of the call, where the model can read on in its result
 */
export function resultContent(
  output: unknown,
  call: string | undefined,
  images: ImageRoom,
): NonNullable<ToolResultBlockParam['content']> {
  const text = textOf(output);
  const page = call === undefined ? cutText(text) : pageOf(text, call);
  const parts = partsIn(output);
  if (parts === undefined) return isBlank(page) ? nothingReturned : page;
  const shown: ResultPart[] =
    page === text ? parts : [{ type: 'text', text: page }, ...parts.filter(({ type }) => type === 'image')];
  return shown
    .filter((part) => part.type === 'image' || !isBlank(part.text))
    .map((part) => {
      if (part.type === 'text') return part;
      if (images.has(part)) return imageBlock(part);
      return { type: 'text', text: '(an image, which is no longer shown: the request has no room for it)' };
    });
}
