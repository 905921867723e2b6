import { looksSecret, Secrets } from '../secrets/index.js';
import { expandWhatIsThere } from './expand.js';
import type { McpServer } from './mcp-server.js';

/** Adds the secrets of a server's entry in its file, found by their names or their looks. */
export function learnSecrets(server: McpServer, secrets: Secrets): void {
  const named = Object.entries(('url' in server ? server.headers : server.env) ?? {});
  for (const [name, value] of named) if (looksSecret(name, value)) secrets.add(value);
  if ('url' in server) {
    secrets.addUrl(server.url);
    secrets.add(...segmentsOf(server.url).filter((segment) => looksSecret('', segment)));
    return;
  }
  for (const [at, argument] of (server.args ?? []).entries()) {
    const [, flag = server.args?.[at - 1] ?? '', value = argument] = /^(--?[\w-]+)=(.*)$/s.exec(argument) ?? [];
    if (!value.startsWith('-') && looksSecret(flag.startsWith('-') ? flag : '', value)) secrets.add(value);
  }
}

/**
 * The secrets for errors of one server alone: everything by which it is reached and started.
 *
 * @param env what its `${NAME}` are read from
 */
export function everythingOf(server: McpServer, env: NodeJS.ProcessEnv): Secrets {
  const all = new Secrets();
  const given = Object.values(('url' in server ? server.headers : server.env) ?? {});
  all.add(...given, ...given.map((value) => expandWhatIsThere(value, env)));
  if ('url' in server) {
    const url = expandWhatIsThere(server.url, env);
    all.add(server.url, url);
    all.addUrl(url);
    if (!URL.canParse(url)) return all;
    const { host, pathname, search, searchParams } = new URL(url);
    all.add(host, pathname + search, ...searchParams.values(), ...segmentsOf(url));
  } else {
    const words = [server.command, ...(server.args ?? [])].map((word) => expandWhatIsThere(word, env));
    all.add(...words, ...words.slice(1).map((each) => each.replace(/^[^=]*=/, '')));
  }
  return all;
}

function segmentsOf(url: string): string[] {
  return URL.canParse(url) ? new URL(url).pathname.split('/') : [];
}
