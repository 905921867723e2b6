import { looksSecret } from './looks-secret.js';

/** Variables that hold a secret as such. */
const secretVariables: ReadonlySet<string> = new Set([
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_FOUNDRY_API_KEY',
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'CLOUDSDK_AUTH_ACCESS_TOKEN',
  'FANFOLD_OPENAI_COMPATIBLE_KEY',
  'OPENAI_API_KEY',
  'TEMPORAL_API_KEY',
  'TEMPORAL_CODEC_AUTH',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'FANFOLD_CODEC_TOKEN',
  'PGPASSWORD',
]);

/** Variables with `name=value,name=value`, percent-encoded (OpenTelemetry's specification of its exporter). */
const headerVariables = /^OTEL_EXPORTER_OTLP_(\w+_)?HEADERS$/;

/** Names of other variables that are likely to hold secrets: they may be handed to a source, a tool or an MCP server. */
const secretName = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|API_?KEY|ACCESS_KEY|PRIVATE_KEY)$/i;

/** Every secret that an environment holds. */
export function secretsIn(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value) return [];
    if (secretVariables.has(name)) return [value];
    if (name === 'FANFOLD_ENCRYPTION_KEY') return value.split(',').flatMap((key) => [key, key.replace(/^[^:]*:/, '')]);
    if (headerVariables.test(name)) return headersIn(value);
    if (name.startsWith('TEMPORAL_GRPC_META_') && looksSecret(name, value)) return [value];
    if (secretName.test(name) && looksSecret(name, value) && !isWord(value)) return [value];
    return value.includes('://') ? secretsInUrl(value) : [];
  });
}

/** Secrets of a URL: user and password, as written and as meant, and values of its query with the name of a secret. */
export function secretsInUrl(url: string): string[] {
  const [, authority = ''] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(url) ?? [];
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(authority) ?? [];
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const query = [...(parsed?.searchParams ?? [])].flatMap(([name, value]) => (looksSecret(name, value) ? [value] : []));
  // A user alone may be a token; beside a password it is a name.
  const user =
    password === '' ? [authority, decoded(authority), parsed?.username ?? ''] : [authority, decoded(authority)];
  return [...user, password, decoded(password), parsed?.password ?? '', ...query].filter((part) => part !== '');
}

function headersIn(list: string): string[] {
  return list.split(',').flatMap((pair) => {
    const value = pair.replace(/^[^=]*=/, '').trim();
    return [value, decoded(value)];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a value is a single word, which stands in ordinary text. */
function isWord(value: string): boolean {
  return /^[a-z]{1,15}$/i.test(value);
}
