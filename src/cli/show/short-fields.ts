import type { Screen } from '../world.js';
import { line, lines, paints } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/** Characters of the longest text that stands behind its name. */
const longest = 60;

/** What a workflow returned, a line for each field, where each is short; nothing where one needs more room. */
export function shortFields(output: object, screen: Screen): TerminalText | undefined {
  const fields = Object.entries(output);
  if (fields.length === 0 || !fields.every(([, value]) => isShort(value))) return undefined;
  const { bold } = paints(screen.colour);
  return lines([...fields.map(([name, value]) => line`${bold(name)}: ${String(value)}`), '']);
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value !== '' && value.length <= longest && !value.includes('\n');
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
