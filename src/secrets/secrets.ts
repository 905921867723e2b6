import { encodingsOf } from './encodings.js';
import { secretsIn, secretsInUrl } from './from-environment.js';
import { isOrdinary } from './looks-secret.js';

/** Least characters of a secret. A shorter one would stand in ordinary text. */
const shortestSecret = 8;

const mask = '[redacted]';

/** The form of Anthropic's keys: a text may show one that is not ours. */
const anyKey = /\bsk-ant-[\w-]{8,}/g;
const anyKeyBegins = 'sk-ant-';

/** Deepest nesting that is searched. Our own values are not as deep, and a ring ends here. */
const mostDepth = 64;

/**
 * The secrets that a process knows. They are taken out here, in one place, of all that leaves the process: outcomes, failures,
 * stored texts, log lines, output, reports, traces, and what tools tell a model.
 *
 * Secrets-1. A secret is replaced in each of its usual encodings: percent-encoded, escaped for JSON or HTML, in base64.
 * Secrets-2. A value without a secret is returned as it came, the same object.
 * Secrets-3. JSON stays JSON: only strings in it are changed.
 * Secrets-4. Where secrets overlap, the longest one goes as a whole.
 */
export class Secrets {
  #needles: string[] = [];
  #pattern: RegExp | undefined;
  readonly #known = new Set<string>();

  /** @param env whose secrets are known from the start */
  constructor(env: NodeJS.ProcessEnv = {}) {
    this.add(...secretsIn(env));
  }

  /** Adds values; those of fewer than 8 characters are left out. */
  add(...values: readonly (string | undefined)[]): void {
    const fresh = new Set(this.#needles);
    for (const value of values.flatMap(partsOf)) {
      if (value.length < shortestSecret || this.#known.has(value)) continue;
      this.#known.add(value);
      for (const needle of encodingsOf(value)) if (needle.length >= shortestSecret) fresh.add(needle);
    }
    if (fresh.size === this.#needles.length) return;
    this.#needles = [...fresh].toSorted((left, right) => right.length - left.length);
    this.#pattern = undefined;
  }

  /** Adds user, password and secret query values of a URL. */
  addUrl(url: string | undefined): void {
    if (url !== undefined) this.add(...secretsInUrl(url));
  }

  /** Adds the value that a variable of the environment has expanded to. */
  addVariable(name: string, value: string): void {
    if (!isOrdinary(name)) this.add(value);
  }

  /** The text without secrets. */
  text(text: string): string {
    if (!this.#isIn(text)) return text;
    if (/^\s*[[{]/.test(text)) {
      const json = this.#json(text);
      if (json !== undefined) return json;
    }
    return this.#masked(text);
  }

  /** The value, plain data as JSON has it, with no string in it that holds a secret. */
  value<Value>(value: Value): Value {
    return this.#walk(value, 0) as Value;
  }

  /** The error with no secret in its message, its stack, its details or its causes; it is the same object. */
  error<Thrown>(error: Thrown, depth = 0): Thrown {
    if (!(error instanceof Error) || depth > mostDepth) return error;
    const { message, stack, cause, details } = error as Error & { details?: unknown };
    // Some errors have getters for these.
    const set = (name: string, value: unknown) =>
      Object.defineProperty(error, name, { value, configurable: true, writable: true });
    if (this.#isIn(message)) set('message', this.text(message));
    if (stack !== undefined && this.#isIn(stack)) set('stack', this.#masked(stack));
    if (Array.isArray(details)) set('details', this.value(details));
    this.error(cause, depth + 1);
    return error;
  }

  #walk(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null || depth > mostDepth) return value;
    if (Array.isArray(value)) {
      const walked = value.map((part) => this.#walk(part, depth + 1));
      return walked.every((part, at) => part === value[at]) ? value : walked;
    }
    const { constructor } = value;
    // Bytes, dates and the like hold no text.
    if (constructor !== Object && constructor !== undefined) return value;
    let changed = false;
    const entries = Object.entries(value).map(([name, part]) => {
      const walked: [string, unknown] = [this.text(name), this.#walk(part, depth + 1)];
      changed ||= walked[0] !== name || walked[1] !== part;
      return walked;
    });
    return changed ? Object.fromEntries(entries) : value;
  }

  // The slow way is for a found secret only: it may look like a number, or stand across two strings.
  #json(text: string): string | undefined {
    try {
      const [, indent = ''] = /^\s*[[{]\n( *)/.exec(text) ?? [];
      const [end] = /\s*$/.exec(text) ?? [''];
      return JSON.stringify(this.value(JSON.parse(text) as unknown), null, indent.length) + end;
    } catch {
      return undefined;
    }
  }

  #isIn(text: string): boolean {
    // Most strings are names and numbers. One pattern of all secrets would be no faster than a search for each.
    if (text.length < shortestSecret) return false;
    return this.#needles.some((needle) => text.includes(needle)) || text.includes(anyKeyBegins);
  }

  #masked(text: string): string {
    this.#pattern ??= new RegExp(
      this.#needles.map((needle) => needle.replaceAll(/\W/g, '\\$&')).join('|') || '(?!)',
      'g',
    );
    return text.replace(this.#pattern, mask).replace(anyKey, mask);
  }
}

/** A value without white space around it, and without the word before a token, which is no secret. */
function partsOf(value: string | undefined): string[] {
  const trimmed = value?.trim() ?? '';
  const [, token = trimmed] = /^(?:Bearer|Basic|Token) +(\S+)$/i.exec(trimmed) ?? [];
  // Each line of a long key is added: a program may quote one by itself.
  const lines = trimmed.includes('\n') ? trimmed.split(/[\r\n]+/).map((line) => line.trim()) : [];
  return [token, ...lines.filter((line) => !line.startsWith('-----'))];
}
