import { inputSchemas } from './inputs.js';
import type { Misfit } from './misfit.js';

let fields: ReadonlySet<string> | undefined;

/** What an error says was expected and got; nothing where it does not. What concerns several fields is said of the whole. */
export function misfitOf(error: unknown): [] | [Misfit] {
  const { misfit, message = '' } = error as { misfit?: Misfit; message?: string };
  if (misfit !== undefined) return [misfit];
  const [, expected, got] = /^Expected (.+), got (.+?)\.(?: |$)/s.exec(message) ?? [];
  if (expected === undefined || got === undefined) return [];
  const [, option = '', wanted] = /^`([a-zA-Z.-]+)` to be (.+)$/s.exec(expected) ?? [];
  const path = pathOf(option);
  return wanted === undefined || path === undefined ? [{ path: [], expected, got }] : [{ path, expected: wanted, got }];
}

/** The field that an option is in the input of a run: `at-least` is `atLeast`. What no kind has is no field: a name in a text, say. */
function pathOf(option: string): string[] | undefined {
  fields ??= new Set(Object.values(inputSchemas).flatMap(({ properties }) => Object.keys(properties)));
  const path = option
    .split('.')
    .map((name) => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()));
  return fields.has(path[0] ?? '') ? path : undefined;
}
