import type { OnceAsked } from './ask-once.js';
import type { ReadAnswer } from '../../src/model/call/read-answer.js';
import { partPrompt, saidOfPart, wholePrompt } from '../../src/prompts/parts.js';

/** Asks about one text. */
export type AskAbout = (text: string, task: string, isLast: boolean) => Promise<OnceAsked>;

export interface Parts {
  /** What is asked about the whole. */
  task: string;
  read: ReadAnswer;
  split(text: string): Promise<string[]>;
  ask: AskAbout;
}

/**
 * Asks about a text that is too long to be read at once: about each of its parts, then about what was said of them, as a tree until it
 * can be read at once.
 *
 * @returns the last answer, or the first that is not ok: nothing is folded that is not whole
 */
export async function askInParts(parts: readonly string[], asking: Parts): Promise<OnceAsked> {
  const { task, read, split, ask } = asking;
  const said: string[] = [];
  for (const [at, part] of parts.entries()) {
    const once = await ask(part, partPrompt(at + 1, parts.length, task), false);
    if ((await read(once.message)).status !== 'ok') return once;
    said.push(saidOfPart(at + 1, parts.length, once.message.text));
  }
  const whole = said.join('');
  const folded = await split(whole);
  if (folded.length > 1) return askInParts(folded, asking);
  return ask(whole, wholePrompt(parts.length, task), true);
}
