// The two real tokenisers that the estimate is measured against: Anthropic's of Claude 2, the last that it published, and o200k_base.
import { createRequire } from 'node:module';

import { get_encoding, Tiktoken } from 'tiktoken';

// Its own entry point counts only whole texts, and with what looks like a special token taken for one.
const claude = createRequire(import.meta.url)('@anthropic-ai/tokenizer/claude.json');
const claude2 = new Tiktoken(claude.bpe_ranks, claude.special_tokens, claude.pat_str);
const o200k = get_encoding('o200k_base');

/** As the package counts: what looks like a special token is text here, for so it is to the API. */
const normal = (text) => text.normalize('NFKC');

/** @type {Record<string, (text: string) => number>} */
export const tokenizers = {
  claude2: (text) => claude2.encode_ordinary(normal(text)).length,
  o200k: (text) => o200k.encode_ordinary(text).length,
};

/**
 * The larger of the two counts.
 *
 * @param {string} text
 */
export function realCount(text) {
  return Math.max(...Object.values(tokenizers).map((count) => count(text)));
}

const bytes = new TextEncoder();

/**
 * Bytes of the text, as the tokeniser takes it, at which its tokens begin; undefined where the text is taken otherwise than written.
 *
 * @param {string} text
 */
export function tokenStarts(text) {
  const larger = tokenizers.claude2(text) >= tokenizers.o200k(text) ? claude2 : o200k;
  if (larger === claude2 && normal(text) !== text) return undefined;
  const starts = new Set();
  let at = 0;
  for (const token of larger.encode_ordinary(text)) {
    starts.add(at);
    at += larger.decode_single_token_bytes(token).length;
  }
  return at === bytes.encode(text).length ? starts : undefined;
}
