import type { ModelApi } from './client.js';

/** Replaces what must never be on the record. */
export type Redact = (text: string) => string;

// Shorter than that it would be no secret, and would stand in ordinary text.
const shortestSecret = 8;

/** What Anthropic's keys look like: a message may show one that is not ours. */
const anyKey = /\bsk-ant-[\w-]{8,}/g;

/** Takes the key out of texts that others wrote: a hostile server may echo the header it came in. */
export function redactor(api: ModelApi | undefined): Redact {
  const secrets = [api?.apiKey.trim() ?? '', passwordIn(api?.baseURL)].filter(({ length }) => length >= shortestSecret);
  return (text) =>
    secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text).replace(anyKey, '[redacted]');
}

function passwordIn(url: string | undefined): string {
  return URL.canParse(url ?? '') ? new URL(url ?? '').password : '';
}
