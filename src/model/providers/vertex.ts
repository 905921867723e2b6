import type { AnthropicVertex as Client } from '@anthropic-ai/vertex-sdk';

import { snapshotOf } from './claude-name.js';
import type { ModelApi, ProviderRow } from './provider.js';
import { addressIn, keyIn, loaded } from './provider.js';

/** Vertex AI's own version of the Messages API (https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai). */
const version = 'vertex-2023-10-16';

/** Regions of more than one place have hosts of their own. */
const wide: Readonly<Record<string, string>> = {
  global: 'https://aiplatform.googleapis.com/v1',
  us: 'https://aiplatform.us.rep.googleapis.com/v1',
  eu: 'https://aiplatform.eu.rep.googleapis.com/v1',
};

/** Claude on Google's Vertex AI: `rawPredict` and `streamRawPredict`, with an access token of Google's. */
export const vertex: ProviderRow = {
  title: 'Vertex AI',
  packageName: '@anthropic-ai/vertex-sdk',
  traceName: 'gcp.vertex_ai',
  hasClaude: true,
  counts: true,
  needs:
    "ANTHROPIC_VERTEX_PROJECT_ID, and credentials where Google's own programs have them (GOOGLE_APPLICATION_CREDENTIALS, gcloud, a service account) or CLOUDSDK_AUTH_ACCESS_TOKEN",
  apiOf(env): ModelApi | undefined {
    if (projectIn(env) === undefined) return undefined;
    const region = vertexRegion(env);
    return {
      provider: 'vertex',
      apiKey: keyIn(env, 'CLOUDSDK_AUTH_ACCESS_TOKEN') ?? '',
      baseURL:
        addressIn(env, 'ANTHROPIC_VERTEX_BASE_URL') ?? wide[region] ?? `https://${region}-aiplatform.googleapis.com/v1`,
    };
  },
  ownName(name) {
    if (!/^claude-[^@]*$/.test(name)) return name;
    const { model, day } = snapshotOf(name);
    return day === undefined ? model : `${model}@${day}`;
  },
  async client({ baseURL, apiKey }, { events }, settings, env) {
    const { AnthropicVertex } = await loaded(vertex, () => import('@anthropic-ai/vertex-sdk'));
    return new AnthropicVertex({
      ...settings,
      baseURL,
      region: vertexRegion(env),
      projectId: projectIn(env) ?? null,
      defaultHeaders: { 'anthropic-version': version },
      fetch: events,
      ...(apiKey !== '' && { authClient: withToken(apiKey) }),
    });
  },
};

/** `global` costs what Anthropic asks, and is where most of the room is. */
export function vertexRegion(env: NodeJS.ProcessEnv): string {
  return env['CLOUD_ML_REGION']?.trim() || 'global';
}

function projectIn(env: NodeJS.ProcessEnv): string | undefined {
  return env['ANTHROPIC_VERTEX_PROJECT_ID']?.trim() || env['GOOGLE_CLOUD_PROJECT']?.trim() || undefined;
}

/** A client of Google's, which the package takes credentials from. */
type AuthClient = NonNullable<NonNullable<ConstructorParameters<typeof Client>[0]>['authClient']>;

/** A token as `gcloud auth print-access-token` prints it. The package asks for no more of Google's client. */
function withToken(token: string): AuthClient {
  const client: Pick<AuthClient, 'getRequestHeaders'> = {
    getRequestHeaders: async () => new Headers({ authorization: `Bearer ${token}` }),
  };
  return client as AuthClient;
}
