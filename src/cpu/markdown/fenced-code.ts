import { largest } from '../largest.js';

/** Code as it stands there, between fences longer than any row of backticks in it. */
export function fencedCode(code: string, language = ''): string {
  const longest = largest(
    (code.match(/`+/g) ?? []).map((run) => run.length),
    2,
  );
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code.replace(/^\n/, '').replace(/\s+$/, '')}\n${fence}`;
}
