/** The names of a comma-separated list, in its order; `undefined` where none was given. */
export function namesIn(list: string): string[];
export function namesIn(list: string | undefined): string[] | undefined;
export function namesIn(list: string | undefined): string[] | undefined {
  return list?.split(',').map((name) => name.trim());
}
