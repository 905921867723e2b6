/** Stands in a node's prompt for a variable that has no value: nothing is left out silently. All other words are the flow's own. */
export const notAvailable = '(not available)';

/** Stands before a file that a node's prompt speaks of. */
export function fileTitle(name: string): string {
  return `File ${fileMark(name)}:`;
}

/** Stands in a node's prompt for a file. */
export function fileMark(name: string): string {
  return `[${name}]`;
}
