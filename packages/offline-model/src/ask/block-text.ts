import type { ContentBlockParam } from '@anthropic-ai/sdk/resources/messages';

/** Any block of a request, nested ones included; only what is read here is assumed of it. */
type Block = ContentBlockParam | { type: string };

/** The texts of a `content` field. */
export function textsOf(content: string | readonly Block[] | undefined): string[] {
  if (content === undefined) return [];
  return typeof content === 'string' ? [content] : content.map(textOf).filter((text) => text !== '');
}

/** What a block says. Images and PDFs say nothing to the offline model. */
export function textOf(block: Block): string {
  if (!('type' in block)) return '';
  const known = block as ContentBlockParam;
  switch (known.type) {
    case 'text':
      return known.text;
    case 'document':
      if (known.source.type === 'text') return known.source.data;
      return known.source.type === 'content' ? textsOf(known.source.content).join('\n') : '';
    case 'search_result':
      return [known.title, ...textsOf(known.content)].join('\n');
    case 'tool_result':
      return textsOf(known.content).join('\n');
    case 'tool_use':
      return `${known.name} ${JSON.stringify(known.input)}`;
    default:
      return '';
  }
}
