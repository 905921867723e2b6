/** A part of what a tool returned, as a model can be shown it. */
export type McpPart = { type: 'text'; text: string } | { type: 'image'; mimeType: string; data: string };

/** What a server answered to a call. Nothing in it is relied on. */
export interface McpResult {
  content?: unknown;
  structuredContent?: unknown;
  isError?: unknown;
}

interface Block {
  type?: unknown;
  text?: unknown;
  data?: unknown;
  mimeType?: unknown;
  uri?: unknown;
  name?: unknown;
  description?: unknown;
  resource?: Block & { blob?: unknown };
}

/**
 * The parts of a tool's answer: texts as they are, images as images, resources as text with their address; what no model can be shown is
 * named. Structured content is added as JSON, unless a text says the same: servers are told to send both.
 */
export function partsOf({ content, structuredContent }: McpResult): McpPart[] {
  const parts = (Array.isArray(content) ? content : []).flatMap(partOf);
  if (structuredContent === undefined || structuredContent === null) return parts;
  const json = JSON.stringify(structuredContent);
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const isSaid = texts.some((text) => sameJson(text, json)) || isWrapped(structuredContent, texts);
  return isSaid ? parts : [...parts, { type: 'text', text: json }];
}

/**
 * Whether the texts say what is structured as `{ result }` and nothing else: so the SDK for Python (2.3.0) wraps whatever is no object, and
 * sends one text for it, or one for each item of a list.
 */
function isWrapped(structured: unknown, texts: readonly string[]): boolean {
  const { result, ...others } = structured as { result?: unknown };
  if (result === undefined || Object.keys(others).length > 0) return false;
  const says = (text: string | undefined, value: unknown) =>
    text === value || sameJson(text ?? '', JSON.stringify(value));
  if (texts.length === 1 && says(texts[0], result)) return true;
  return Array.isArray(result) && result.length === texts.length && result.every((item, at) => says(texts[at], item));
}

function partOf(given: unknown): McpPart[] {
  const block = (typeof given === 'object' && given !== null ? given : {}) as Block;
  switch (block.type) {
    case 'text':
      return typeof block.text === 'string' ? [said(block.text)] : [];
    case 'image':
      return typeof block.data === 'string'
        ? [{ type: 'image', mimeType: word(block.mimeType), data: block.data }]
        : [];
    case 'audio':
      return [said(`(audio: ${kindOf(block)}; it cannot be shown)`)];
    case 'resource':
      return resourceParts(block.resource ?? {});
    case 'resource_link': {
      const about = [word(block.mimeType), word(block.description)].filter((each) => each !== '').join('; ');
      return [said(`Resource ${word(block.name)} at ${word(block.uri)}${about === '' ? '' : ` (${about})`}`)];
    }
    default:
      return [said(JSON.stringify(given) ?? '')];
  }
}

function resourceParts(resource: NonNullable<Block['resource']>): McpPart[] {
  const { uri, mimeType, text, blob } = resource;
  const named = `Resource ${word(uri)}${mimeType === undefined ? '' : ` (${word(mimeType)})`}`;
  if (typeof text === 'string') return [said(`${named}:\n${text}`)];
  if (typeof blob !== 'string') return [said(named)];
  if (word(mimeType).startsWith('image/')) {
    return [said(`${named}:`), { type: 'image', mimeType: word(mimeType), data: blob }];
  }
  return [said(`${named}: ${kindOf({ mimeType, data: blob })}; it cannot be shown`)];
}

function kindOf({ mimeType, data }: Pick<Block, 'mimeType' | 'data'>): string {
  const bytes = typeof data === 'string' ? Buffer.byteLength(data, 'base64') : 0;
  return `${word(mimeType) || 'of no type'}, ${bytes} bytes`;
}

function said(text: string): McpPart {
  return { type: 'text', text };
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function sameJson(text: string, json: string): boolean {
  if (text === json) return true;
  try {
    return JSON.stringify(JSON.parse(text)) === json;
  } catch {
    return false;
  }
}
