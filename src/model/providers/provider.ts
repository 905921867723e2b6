import type Anthropic from '@anthropic-ai/sdk';

import { InputError, UnavailableError } from '../../contract/errors.js';
import type { Provider } from '../../contract/providers.js';

/** The API that model calls go to, and its key. */
export interface ModelApi {
  /** Whose it is; Anthropic's by default. */
  provider?: Provider;
  /** Empty where the provider's own package finds the credentials. */
  apiKey: string;
  /** Without `/v1`, but for OpenAI's and compatible ones. */
  baseURL: string;
}

type Fetch = typeof globalThis.fetch;

/** What of the SDK's clients is used: all providers have it, but for the count of tokens. */
export interface MessagesClient {
  messages: Pick<Anthropic['messages'], 'create' | 'stream'> & Partial<Pick<Anthropic['messages'], 'countTokens'>>;
}

/** Ways to a provider, which know proxies and where a key may go. */
export interface Fetches {
  /** For answers that come whole, and for streams of events. */
  events: Fetch;
  /** For answers whose body somebody else reads. */
  raw: Fetch;
}

/** Settings that every client of the SDK is given. */
export interface ClientSettings {
  maxRetries: 0;
  logLevel: 'off';
  openTelemetry: false;
}

/** What sets one provider apart from others. One row of the table `providerTable`. */
export interface ProviderRow {
  /** As people call it. */
  title: string;
  /** The package that it needs, which is installed where it is used. */
  packageName: string;
  /** Its name in traces (OpenTelemetry's `gen_ai.provider.name`). */
  traceName: string;
  /** Whether it serves Claude: names and prices are Anthropic's then. */
  hasClaude: boolean;
  /** Whether it counts input tokens; else they are estimated. */
  counts: boolean;
  /** What has to be set, in a sentence for whoever has not set it. */
  needs: string;
  /**
   * Its API as the environment says it; `undefined` where something is missing.
   *
   * @throws InputError for a variable that cannot be meant; its value is not quoted where it may be a secret
   */
  apiOf(env: NodeJS.ProcessEnv): ModelApi | undefined;
  /** Its own name of a model; one that is its own already stays as it is. */
  ownName(name: string): string;
  /**
   * Makes its client. Its package is loaded for it alone.
   *
   * @throws UnavailableError `ProviderNotInstalled`
   */
  client(api: ModelApi, fetches: Fetches, settings: ClientSettings, env: NodeJS.ProcessEnv): Promise<MessagesClient>;
}

/** Loads a provider's package. */
export async function loaded<Module>(
  { title, packageName }: Pick<ProviderRow, 'title' | 'packageName'>,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    throw new UnavailableError(
      'ProviderNotInstalled',
      `${title} is asked through the package ${packageName}, which is not installed.`,
      `Install it beside fanfold: npm install ${packageName}`,
      error,
    );
  }
}

/**
 * An address of a variable, without a slash at its end; `undefined` where it is not set.
 *
 * @throws InputError for what is none; it may hold a password, and is not quoted
 */
export function addressIn(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const address = env[variable]?.trim().replace(/\/+$/, '');
  if (!address) return undefined;
  const protocol = URL.canParse(address) ? new URL(address).protocol : 'something that is none';
  if (protocol === 'https:' || protocol === 'http:') return address;
  throw new InputError(
    `Expected ${variable} to be a URL that begins with https:// or http://, got ${URL.canParse(address) ? `\`${protocol}…\`` : protocol}.`,
    'Characters such as @ : / # % in a password are written as %40 %3A %2F %23 %25.',
  );
}

/**
 * A key of a variable; `undefined` where it is not set.
 *
 * @throws UnavailableError `BadApiKey` where it cannot be sent as a header; it is not quoted
 */
export function keyIn(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const key = env[variable]?.trim() || undefined;
  if (key === undefined || /^[\x21-\x7E]+$/.test(key)) return key;
  throw new UnavailableError(
    'BadApiKey',
    `Expected ${variable} to be one word of ASCII characters, got white space, control or other characters in it.`,
    'Set it anew: a line break or a quotation mark may have come with it.',
  );
}
