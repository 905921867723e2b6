import type { ModelApi, ProviderRow } from './provider.js';
import { addressIn, keyIn, loaded } from './provider.js';
import { snapshotOf } from './claude-name.js';

/** Bedrock's own version of the Messages API: the SDK's newer default is refused by models with a snapshot in their name. */
const version = 'bedrock-2023-05-31';

/** Models whose Bedrock name ends in a version (https://platform.claude.com/docs/en/build-with-claude/claude-on-amazon-bedrock). */
const versioned = 'claude-opus-4-6';

/** Models that are asked in the USA alone. */
const nowhereElse = /^claude-opus-4(-1)?$/;

/** A key of Bedrock's own, or two of an account; else AWS's own chain: profile, role, container, machine. */
function credentialsIn(env: NodeJS.ProcessEnv) {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env;
  const bearer = keyIn(env, 'AWS_BEARER_TOKEN_BEDROCK');
  if (bearer !== undefined) return { apiKey: bearer };
  if (!id || !secret) return { apiKey: null };
  return {
    apiKey: null,
    awsAccessKey: id,
    awsSecretKey: secret,
    awsSessionToken: env['AWS_SESSION_TOKEN'] || null,
  };
}

/** Claude on Amazon Bedrock: `InvokeModel` and `InvokeModelWithResponseStream`, signed by AWS's Signature Version 4. */
export const bedrock: ProviderRow = {
  title: 'Amazon Bedrock',
  packageName: '@anthropic-ai/bedrock-sdk',
  traceName: 'aws.bedrock',
  hasClaude: true,
  // Its CountTokens is another API, which the package does not have.
  counts: false,
  needs:
    "AWS_REGION, and credentials where AWS's own programs have them (AWS_ACCESS_KEY_ID, AWS_PROFILE, a role) or AWS_BEARER_TOKEN_BEDROCK",
  apiOf(env): ModelApi | undefined {
    const region = regionIn(env);
    const address = addressIn(env, 'ANTHROPIC_BEDROCK_BASE_URL');
    if (region === undefined) return undefined;
    return {
      provider: 'bedrock',
      apiKey: keyIn(env, 'AWS_BEARER_TOKEN_BEDROCK') ?? '',
      baseURL: address ?? `https://bedrock-runtime.${region}.amazonaws.com`,
    };
  },
  ownName(name) {
    if (!name.startsWith('claude-')) return name;
    const { model, day } = snapshotOf(name);
    if (day !== undefined) return `${nowhereElse.test(model) ? 'us' : 'global'}.anthropic.${model}-${day}-v1:0`;
    return `global.anthropic.${model}${model === versioned ? '-v1' : ''}`;
  },
  async client({ baseURL }, { events, raw }, settings, env) {
    const { AnthropicBedrock } = await loaded(bedrock, () => import('@anthropic-ai/bedrock-sdk'));
    return new AnthropicBedrock({
      ...settings,
      ...(credentialsIn(env) as { apiKey: null }),
      awsRegion: regionIn(env) ?? 'us-east-1',
      baseURL,
      defaultHeaders: { 'anthropic-version': version },
      // Its streams are frames of AWS's, which the package reads itself.
      fetch: (url, init) => (pathOf(url).endsWith('/invoke-with-response-stream') ? raw(url, init) : events(url, init)),
    });
  },
};

function regionIn(env: NodeJS.ProcessEnv): string | undefined {
  return env['AWS_REGION']?.trim() || env['AWS_DEFAULT_REGION']?.trim() || undefined;
}

function pathOf(url: string | URL | Request): string {
  return new URL(url instanceof Request ? url.url : url).pathname;
}
