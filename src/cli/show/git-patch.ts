import { createTwoFilesPatch } from 'diff';

/** A unified diff as `git apply` takes it, and `patch -p1`. */
export function gitPatch(path: string, before: string, after: string): string {
  const patch = createTwoFilesPatch('old', 'new', before, after, undefined, undefined, { context: 3 });
  const hunks = patch.slice(patch.indexOf('@@'));
  return `--- ${named(`a/${path}`)}\n+++ ${named(`b/${path}`)}\n${hunks}`;
}

/** As git writes names: quoted where a line could not hold them, and ended by a tab where they have blanks. */
function named(path: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/["\\\u0000-\u001F\u007F]/.test(path)) {
    return `"${[...Buffer.from(path)].map((byte) => quoted(byte)).join('')}"`;
  }
  return path.includes(' ') ? `${path}\t` : path;
}

function quoted(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  return byte < 0x20 || byte >= 0x7f ? `\\${byte.toString(8).padStart(3, '0')}` : character;
}
