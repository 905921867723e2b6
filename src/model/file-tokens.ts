import type { Extent } from '../contract/document.js';
import { namedModel } from '../contract/providers.js';
import { tokenFactor } from '../tokens/index.js';
import { claudeName } from './providers/claude-name.js';

/** A visual token is a square of so many pixels: "an image costs ⌈width / 28⌉ × ⌈height / 28⌉ visual tokens". */
const patchPixels = 28;

/** Earlier pages said "(width × height) / 750", which is more for large images. */
const pixelsPerToken = 750;

/** Larger images are made smaller until they have no more: "4784 for Claude Opus 4.7 and later models", and about 1,600 before. */
const mostImageTokens = { earlier: 1_600, later: 4_784 } as const;

/**
 * Other vendors count images otherwise. The most that is published is that of gpt-4o-mini: 2,833 tokens and 5,667 for each of up to eight
 * tiles (https://platform.openai.com/docs/guides/images-vision).
 */
const mostImageTokensElsewhere = 2_833 + 8 * 5_667;

/** "Each page typically uses 1,500-3,000 tokens per page depending on content density": a dense page has more, and counts by its text. */
export const textTokensOfPage = 3_000;

/**
 * The most tokens of a file. An image has those of its squares, up to what a model sees; a page of a PDF has those of an image of unknown
 * size, and its text.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/vision, https://platform.claude.com/docs/en/build-with-claude/pdf-support
 *   (as of autumn 2026)
 */
export function fileTokens(extent: Extent, model: string): number {
  const { provider, name } = namedModel(model);
  const factor = tokenFactor(claudeName(name) ?? name);
  if (provider === 'openai' || provider === 'openai-compatible') {
    if ('width' in extent) return mostImageTokensElsewhere;
    return extent.pages * mostImageTokensElsewhere + Math.ceil(extent.textTokens * factor);
  }
  const most = factor === 1 ? mostImageTokens.earlier : mostImageTokens.later;
  if ('width' in extent) return Math.min(most, imageTokens(extent));
  const { pages, textTokens } = extent;
  return pages * most + Math.ceil(Math.max(textTokens, pages * textTokensOfPage) * factor);
}

function imageTokens({ width, height }: { width: number; height: number }): number {
  const patches = Math.ceil(width / patchPixels) * Math.ceil(height / patchPixels);
  return Math.max(patches, Math.ceil((width * height) / pixelsPerToken));
}
