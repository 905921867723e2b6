import { Marked } from 'marked';
import { markedTerminal } from 'marked-terminal';
import wrapAnsi from 'wrap-ansi';

import { rendered, terminalText } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/**
 * Markdown as a terminal shows it best. Links are shown with where they lead, never hidden behind their text.
 *
 * @param columns width of the terminal
 */
export function renderMarkdown(text: string, columns: number): TerminalText {
  const width = Math.min(100, columns - 2);
  const marked = new Marked(markedTerminal({ width, reflowText: true, showSectionPrefix: false, tab: 2 }) as object, {
    renderer: {
      link: ({ href, text: shown }) => (href === shown ? href : `${shown} (${href})`),
      // marked-terminal leaves the marks inside of list items as they are.
      text(token) {
        return 'tokens' in token && token.tokens ? this.parser.parseInline(token.tokens) : false;
      },
    },
  });
  // Items of lists come in lines of any length.
  const { text: harmless } = terminalText(text);
  return rendered(wrapAnsi((marked.parse(harmless, { async: false }) as string).trim(), width, { trim: false }));
}
