import type { ContentBlockParam, MessageParam } from '@anthropic-ai/sdk/resources/messages';

/**
 * Makes a part of a request one that the API takes: halves of surrogate pairs, which are no characters and no JSON, become U+FFFD,
 * wherever they come from. What is well-formed stays the very same.
 */
export function wellFormed<Part>(part: Part): Part {
  return withWholeTexts(part) as Part;
}

function withWholeTexts(part: unknown): unknown {
  if (typeof part === 'string') return part.isWellFormed() ? part : part.toWellFormed();
  if (Array.isArray(part)) {
    const parts = part.map(withWholeTexts);
    return parts.every((each, at) => each === part[at]) ? part : parts;
  }
  if (typeof part !== 'object' || part === null) return part;
  const entries = Object.entries(part);
  const whole = entries.map(([name, value]): [string, unknown] => [name.toWellFormed(), withWholeTexts(value)]);
  const isSame = whole.every(([name, value], at) => name === entries[at]?.[0] && value === entries[at][1]);
  return isSame ? part : Object.fromEntries(whole);
}

/** Whether a text says anything: the API refuses blocks of nothing but white space. */
export function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Leaves out blocks of text that say nothing. Thinking and everything else stay as they came. */
export function withoutBlanks(blocks: readonly ContentBlockParam[]): ContentBlockParam[] {
  return blocks.filter((block) => block.type !== 'text' || !isBlank(block.text));
}

/** A message of the model's own words, as it is sent back. It must not end in white space. */
export function saidByModel(text: string): MessageParam {
  return { role: 'assistant', content: text.trimEnd() };
}
