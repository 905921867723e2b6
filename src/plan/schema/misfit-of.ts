import type { Misfit } from './misfit.js';

/** What an error says was expected and got; nothing where it does not. What concerns several fields is said of the whole. */
export function misfitOf(error: unknown): [] | [Misfit] {
  const { misfit, message = '' } = error as { misfit?: Misfit; message?: string };
  if (misfit !== undefined) return [misfit];
  const [, expected, got] = /^Expected (.+), got (.+?)\.(?: |$)/s.exec(message) ?? [];
  return expected === undefined || got === undefined ? [] : [{ path: [], expected, got }];
}
