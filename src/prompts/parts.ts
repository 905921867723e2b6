/** Asks about one part of a document that is too long to be read at once. */
export function partPrompt(number: number, count: number, task: string): string {
  return `This is part ${number} of ${count} of a longer document. ${task}`;
}

/** What was said of one part, as material for the whole. */
export function saidOfPart(number: number, count: number, answer: string): string {
  return `Part ${number} of ${count}:\n${answer}\n\n`;
}

/** Asks about the whole, from what was said of its parts. */
export function wholePrompt(count: number, task: string): string {
  return `These are answers about the ${count} parts of one document, in their order. ${task}`;
}
