import type { RankedHit } from '../../fold/hits.js';
import type { Run } from '../../contract/run.js';
import { terminalLine, terminalText } from './terminal-text.js';

const asIs = (text: string): string => text;

/** What a run of `gather` has found, numbered as its answer cites it. */
export function hitsText({ output }: Pick<Run, 'output'>, render: (text: string) => string = asIs): string {
  const {
    hits = [],
    answer,
    citations,
  } = (output ?? {}) as {
    hits?: RankedHit[];
    answer?: string;
    citations?: { unknown: number[] };
  };
  const lines = hits.flatMap(({ title, link, text, sources }, at) => [
    `[${at + 1}] ${terminalLine(title, 120)} · ${sources.join(', ')}`,
    `    ${terminalLine(link, 200)}`,
    ...(text === '' ? [] : [`    ${terminalLine(text, 160)}`]),
  ]);
  const unknown = (citations?.unknown ?? []).map((number) => `[${number}]`).join(', ');
  const wrong = unknown === '' ? [] : [`It cites ${unknown}, which nobody has found.`];
  const written = answer === undefined ? [] : [render(terminalText(answer).trim()), '', ...wrong, ''];
  return [...written, ...(hits.length === 0 ? ['Nothing found.'] : lines), '', ''].join('\n');
}

/** The report of a run of `research`, and its sources by their numbers. */
export function researchText({ output }: Pick<Run, 'output'>, render: (text: string) => string = asIs): string {
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
  return [
    render(terminalText(answer).trim()),
    '',
    ...sources.map(({ number, title, link }) => `[${number}] ${terminalLine(title, 120)} · ${terminalLine(link, 200)}`),
    ...(unknown === '' ? [] : [`It cites ${unknown}, which nobody has found.`]),
    ...open.map((question) => `Not answered: ${terminalLine(question, 200)}`),
    '',
    '',
  ].join('\n');
}
