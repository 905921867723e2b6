import { InputError } from '../../contract/errors.js';

/**
 * A whole number from a flag.
 *
 * @throws InputError quoting what was expected and what came
 */
export function parseCount(text: string, option: string, most = 1_000_000): number {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(count >= 1 && count <= most)) {
    throw new InputError(`Expected \`${option}\` to be a whole number from 1 to ${most}, got \`${text}\`.`);
  }
  return count;
}

/**
 * A port from a flag; 0 stands for a free one.
 *
 * @throws InputError quoting what was expected and what came
 */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new InputError(`Expected \`port\` to be a number from 0 to 65535, got \`${text}\`.`);
  return port;
}

/**
 * One of a flag's allowed words.
 *
 * @throws InputError quoting what was expected and what came
 */
export function parseChoice<Word extends string>(text: string, option: string, words: readonly Word[]): Word {
  const word = words.find((allowed) => allowed === text);
  if (word === undefined) {
    throw new InputError(`Expected \`${option}\` to be one of ${words.join(', ')}, got \`${text}\`.`);
  }
  return word;
}

const byteUnits: Record<string, number> = { KB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * Bytes of a size such as `500MB`, in powers of ten.
 *
 * @throws InputError quoting what was expected and what came
 */
export function parseBytes(text: string, option: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(KB|MB|GB)$/.exec(text.trim()) ?? [];
  const bytes = Math.round(Number(amount) * (byteUnits[unit] ?? Number.NaN));
  if (amount === '' || !Number.isSafeInteger(bytes)) {
    throw new InputError(`Expected \`${option}\` to be a size such as 500MB or 2GB, got \`${text}\`.`);
  }
  return bytes;
}

/**
 * A share from 0 to 1.
 *
 * @throws InputError quoting what was expected and what came
 */
export function parseShare(text: string, option: string): number {
  const share = /^(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(share >= 0 && share <= 1)) {
    throw new InputError(`Expected \`${option}\` to be a share from 0 to 1, such as 0.8, got \`${text}\`.`);
  }
  return share;
}

/**
 * US dollars, such as `0.50`.
 *
 * @throws InputError quoting what was expected and what came
 */
export function parseDollars(text: string, option: string): number {
  const dollars = /^\$?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text.trim().replace('$', '')) : Number.NaN;
  if (!(dollars > 0)) {
    throw new InputError(`Expected \`${option}\` to be US dollars, more than 0, such as 0.50, got \`${text}\`.`);
  }
  return dollars;
}

/** So many of something: `1 document`, `3,000 documents`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}
