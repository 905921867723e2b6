/**
 * A request body without the fields that change no answer: `stream`, and the `cache_control` markers of prompt caching.
 *
 * A marker is removed only where the Messages API reads one: at the top, and on tools, system and content blocks, those inside
 * tool results and documents included. Elsewhere, as in a tool's schema or input, the same name is part of the question.
 */
export function withoutTransport(body: object): object {
  const { stream: _stream, cache_control: _marker, ...rest } = body as Record<string, unknown>;
  return {
    ...rest,
    ...mapped(rest, 'system', unmarked),
    ...mapped(rest, 'tools', unmarked),
    ...mapped(rest, 'messages', (message) => ({ ...message, ...mapped(message, 'content', unmarked) })),
  };
}

type Fields = Record<string, unknown>;

function unmarked({ cache_control: _marker, ...block }: Fields): Fields {
  const { source } = block;
  return {
    ...block,
    ...mapped(block, 'content', unmarked),
    ...(isFields(source) && { source: { ...source, ...mapped(source, 'content', unmarked) } }),
  };
}

/** The named field with its blocks mapped, where it is a list of blocks. */
function mapped(fields: Fields, name: string, map: (block: Fields) => Fields): Fields {
  const list = fields[name];
  return Array.isArray(list) ? { [name]: list.map((block: unknown) => (isFields(block) ? map(block) : block)) } : {};
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
