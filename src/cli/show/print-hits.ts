import type { RankedHit } from '../../fold/hits.js';
import type { Run } from '../../contract/run.js';
import { line, lines, terminalLine } from './terminal-text.js';
import type { TerminalText } from './terminal-text.js';

/** Shows an answer. */
export type Render = (text: string) => TerminalText;

/** Prints the hits of a run of `gather`, numbered as its answer cites them. */
export function hitsText({ output }: Pick<Run, 'output'>, render: Render): TerminalText {
  const {
    hits = [],
    answer,
    citations,
  } = (output ?? {}) as {
    hits?: RankedHit[];
    answer?: string;
    citations?: { unknown: number[] };
  };
  const rows = hits.flatMap(({ title, link, text, sources }, at) => [
    line`[${at + 1}] ${terminalLine(title, 120)} · ${sources.join(', ')}`,
    ...(link === '' ? [] : [line`    ${terminalLine(link, 200)}`]),
    ...(text === '' ? [] : [line`    ${terminalLine(text, 160)}`]),
  ]);
  const unknown = (citations?.unknown ?? []).map((number) => `[${number}]`).join(', ');
  const wrong = unknown === '' ? [] : [`It cites ${unknown}, which nobody has found.`];
  const written = answer === undefined ? [] : [render(answer.trim()), '', ...wrong, ''];
  return lines([...written, ...(hits.length === 0 ? ['Nothing found.'] : rows), '']);
}

/** Prints the report of a run of `research`, and its sources by their numbers. */
export function researchText({ output }: Pick<Run, 'output'>, render: Render): TerminalText {
  const {
    answer = '',
    sources = [],
    citations,
    open = [],
  } = (output ?? {}) as {
    answer?: string;
    sources?: { number: number; title: string; link: string }[];
    citations?: { unknown: number[] };
    open?: string[];
  };
  const unknown = (citations?.unknown ?? []).map((number) => `[${number}]`).join(', ');
  return lines([
    render(answer.trim()),
    '',
    ...sources.map(
      ({ number, title, link }) => line`[${number}] ${terminalLine(title, 120)} · ${terminalLine(link, 200)}`,
    ),
    ...(unknown === '' ? [] : [`It cites ${unknown}, which nobody has found.`]),
    ...open.map((question) => line`Not answered: ${terminalLine(question, 200)}`),
    '',
  ]);
}
