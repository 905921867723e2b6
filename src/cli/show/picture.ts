import { createLogUpdate } from 'log-update';

import type { TerminalText } from './terminal-text.js';
import type { Screen } from '../world.js';

/** Text that is drawn again and again in the same place of a terminal. */
export interface Picture {
  draw(text: TerminalText): void;
  /** Writes lines that stay, above the picture. */
  writeAbove(text: TerminalText): void;
  /** Leaves the picture as it stands. */
  done(): void;
}

/** Whether a screen can be drawn on: a terminal that calls itself dumb, such as an editor's shell, cannot move its cursor. */
export function isDrawable({ isTerminal }: Pick<Screen, 'isTerminal'>, { TERM }: NodeJS.ProcessEnv): boolean {
  return isTerminal && TERM !== 'dumb';
}

/** Writes to the terminal. Only this and `Screen.write` do: it moves the cursor, which no text may. */
export function pictureOn({ stream }: Screen): Picture {
  const update = createLogUpdate(stream as never);
  return {
    draw: ({ text }) => update(text.trimEnd()),
    writeAbove({ text }) {
      // `persist` of the package keeps no more lines than the screen has rows.
      update.clear();
      stream.write(text);
    },
    done: () => update.done(),
  };
}
