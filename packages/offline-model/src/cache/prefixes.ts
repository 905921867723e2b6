import { createHash } from 'node:crypto';
import type { CacheControlEphemeral, MessageCreateParams } from '@anthropic-ai/sdk/resources/messages';
import { fileOfBlock } from '../files/file-of-block.js';
import { fileTokens } from '../files/file-tokens.js';
import { isObject } from '../http/read-body.js';
import type { ModelFacts } from '../models.js';
import { countTokens } from '../tokens.js';

/** The request up to and including one block. */
export interface Prefix {
  hash: string;
  /** Tokens from the start. */
  tokens: number;
  /** Set where the block has a `cache_control`. */
  ttl?: '5m' | '1h';
}

type Prompted = Pick<
  MessageCreateParams,
  'model' | 'messages' | 'system' | 'tools' | 'output_config' | 'cache_control'
>;

/** The prefixes of a request, one a block, in the order of the cache: tools, system, messages. */
export function prefixesOf(params: Prompted, model: Pick<ModelFacts, 'visual'>): Prefix[] {
  // Caches are per model, and another output format is another prompt from the start.
  const hash = createHash('sha256').update(JSON.stringify([params.model, params.output_config?.format ?? null]));
  let tokens = 0;
  const prefixes = blocksOf(params).map(({ place, block }): Prefix => {
    const { cache_control: control, ...rest } = block;
    hash.update(`\n${place}`).update(JSON.stringify(rest));
    tokens += tokensOf(rest, model);
    return { hash: hash.copy().digest('hex'), tokens, ...ttlOf(control) };
  });
  const last = prefixes.at(-1);
  // On the request itself it stands for the last block.
  if (last && params.cache_control) Object.assign(last, ttlOf(params.cache_control));
  return prefixes;
}

type Block = Record<string, unknown>;

function blocksOf({ tools = [], system, messages }: Prompted): { place: string; block: Block }[] {
  return [
    ...tools.map((tool) => ({ place: 'tool', block: { ...tool } })),
    ...listOf(system ?? []).map((block) => ({ place: 'system', block })),
    ...messages.flatMap(({ role, content }, index) =>
      listOf(content).map((block) => ({ place: `${index} ${role}`, block })),
    ),
  ];
}

function listOf(content: string | readonly object[]): Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content.map((block) => ({ ...block }));
}

function ttlOf(control: unknown): { ttl?: '5m' | '1h' } {
  return isObject(control) ? { ttl: (control as unknown as CacheControlEphemeral).ttl ?? '5m' } : {};
}

/** An image that is elsewhere, and is not fetched. */
const imageTokens = 1_600;

function tokensOf(block: Block, model: Pick<ModelFacts, 'visual'>): number {
  const file = fileOfBlock(block);
  if (file !== undefined) return fileTokens(file, model);
  if (block['type'] === 'text') return countTokens(String(block['text']));
  if (block['type'] === 'image') return imageTokens;
  const source = block['source'];
  if (block['type'] === 'document' && isObject(source) && source['type'] === 'text')
    return countTokens(String(source['data']));
  return countTokens(JSON.stringify(block));
}
