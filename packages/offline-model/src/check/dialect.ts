import type { Exchange } from '../http/exchange.js';
import type { Fields } from './check-fields.js';

/** What else than the newest version's own fields a request may have. */
export interface Dialect {
  /** It says that it is of the older version, whose clients send how an answer is drawn. */
  isOlder?: boolean;
  /** It asks for features of the beta. */
  isBeta?: boolean;
}

const olderFields: Fields = { temperature: { kind: 'any' }, top_p: { kind: 'any' }, top_k: { kind: 'any' } };

/** Fields of the SDK's beta resources, its tool runner among them. They change no answer here; `thread` is served before. */
const betaFields: Fields = {
  billing_policy: { kind: 'any' },
  compaction: { kind: 'any' },
  context_management: { kind: 'object' },
  fallback_credit_token: { kind: 'any' },
  fallbacks: { kind: 'any' },
  mcp_servers: { kind: 'array' },
};

export function dialectOf({ request, url }: Pick<Exchange, 'request' | 'url'>): Dialect {
  return {
    isOlder: request.headers['anthropic-version'] === '2023-06-01',
    isBeta: request.headers['anthropic-beta'] !== undefined || url.searchParams.get('beta') === 'true',
  };
}

export function fieldsOf({ isOlder = false, isBeta = false }: Dialect): Fields {
  return { ...(isOlder && olderFields), ...(isBeta && betaFields) };
}
