/** Names under which services keep a text beside what they say of it: of Notion, WordPress, search highlights, JSON-LD. */
const texts = ['plain_text', 'text', 'rendered', 'value', '@value', 'content'] as const;
/** Names under which editors keep what is inside of a block: ADF, ProseMirror, Lexical, Slate, Portable Text, Editor.js. */
const insides = ['content', 'children', 'blocks', 'root', 'rich_text', 'paragraph', 'data', 'items'] as const;
/** What says something in place of a text: a mention, an emoji, a card. */
const attributes = ['text', 'shortName', 'url'] as const;

/** Deepest block that is read; documents of people have a tenth of that. */
const deepest = 100;

type Block = Record<string, unknown>;

/** The text that an object has by itself, such as `{ rendered }`; it may be markup. `undefined` where it has none. */
export function ownTextOf(value: object): string | undefined {
  return texts.map((name) => (value as Block)[name]).find((text) => typeof text === 'string');
}

/** What nested blocks of an editor say, a line for each block; empty where they are none. */
export function textOfBlocks(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || depth > deepest) return '';
  if (Array.isArray(value)) {
    const parts = value.map((part) => textOfBlocks(part, depth + 1));
    return parts.filter((part) => part !== '').join(value.some(isInline) ? '' : '\n');
  }
  const block = value as Block;
  if (block['type'] === 'hardBreak' || block['type'] === 'linebreak') return '\n';
  const own = ownTextOf(block);
  if (own !== undefined) return own;
  const attrs = block['attrs'] as Block | null | undefined;
  const inner = insideOf(block);
  if (inner !== undefined) return textOfBlocks(inner, depth + 1);
  return attributes.map((name) => attrs?.[name]).find((text) => typeof text === 'string') ?? '';
}

/** Whether it is a list of nothing but parts of a line that say so. */
export function isLine(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every((part) => typeof part === 'object' && part !== null && typeof part.plain_text === 'string');
}

/** Whether it is a part of a line. */
function isInline(part: unknown): boolean {
  return typeof part === 'object' && part !== null && ownTextOf(part) !== undefined;
}

/** Notion keeps what is inside of a block under the name of its type. */
function insideOf(block: Block): unknown {
  const { type } = block;
  const names = typeof type === 'string' ? [...insides, type] : insides;
  return names.map((name) => block[name]).find((inner) => typeof inner === 'object' && inner !== null);
}
