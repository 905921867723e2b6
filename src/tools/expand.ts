import type { Secrets } from '../secrets/index.js';

/** `${NAME}`, `${env:NAME}` as some clients write it, and `${NAME:-otherwise}`. */
const variable = /\$\{(?:env:)?(\w+)(?::-([^}]*))?\}/g;

/**
 * A text with the variables of the environment in place of their names.
 *
 * @param where of an error
 * @param secrets learns what they expand to
 * @throws Error where one is not there; it quotes no value
 */
export function expand(text: string, where: string, env: NodeJS.ProcessEnv, secrets: Secrets): string {
  return text.replaceAll(variable, (_, name: string, otherwise: string | undefined) => {
    const found = env[name];
    if (found !== undefined && (found !== '' || otherwise === undefined)) {
      secrets.addVariable(name, found);
      return found;
    }
    if (otherwise === undefined) throw new Error(`${where} needs ${name} in the environment`);
    return otherwise;
  });
}

/** The same, with nothing in place of what is not there: for what is to be kept out of messages. */
export function expandWhatIsThere(text: string, env: NodeJS.ProcessEnv): string {
  return text.replaceAll(variable, (_, name: string, otherwise = '') => env[name] || otherwise);
}

/** All values of a map, expanded; an error names the key. */
export function expandAll(
  values: Record<string, string>,
  env: NodeJS.ProcessEnv,
  secrets: Secrets,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expand(value, name, env, secrets)]));
}
