import { maxDirectWidth } from '../../contract/limits.js';
import { isKind } from '../../contract/names.js';
import type { Kind } from '../../contract/names.js';
import type { Reported } from '../../contract/reported.js';
import type { Branch, Run } from '../../contract/run.js';
import type { Finding } from '../../fold/findings.js';
import { countedFindings } from '../../fold/findings.js';
import type { RankedHit } from '../../fold/hits.js';
import { comparedRowsParts } from './compared-rows-parts.js';
import { conversationParts } from './conversation-parts.js';
import { mapParts } from './map-parts.js';
import type { AnswerPart, NotePart, SectionPart, ShownSource } from './parts.js';
import { costOf, durationOf, numberOf } from './texts.js';
import { valueParts } from './value-parts.js';

/** What came of a run, first of all. */
export function answerParts(reported: Reported): AnswerPart[] {
  const { run } = reported;
  const shown: (reported: Reported) => AnswerPart[] = isKind(run.kind) ? answers[run.kind] : outputParts;
  const parts = shown(reported);
  return [...stateNotes(run, parts.length > 0), ...parts];
}

/** One entry for each kind. */
const answers = {
  perspectives: ({ run }) => branchesParts(run),
  summarise: ({ run }) => branchesParts(run),
  gather: ({ run }) => hitsParts(run),
  validate: ({ run }) => findingsParts(run),
  graph: outputParts,
  agent: ({ run }) =>
    run.output === null
      ? conversationParts(run)
      : [...valueParts(run.output), section('Conversation', conversationParts(run))],
  compare: (reported) => comparedRowsParts(reported) ?? comparedParts(reported),
  research: ({ run }) => researchParts(run),
  map: mapParts,
} satisfies Record<Kind, (reported: Reported) => AnswerPart[]>;

function outputParts({ run }: Pick<Reported, 'run'>): AnswerPart[] {
  return run.output === null || run.output === undefined ? [] : valueParts(run.output);
}

function stateNotes({ status, approvals = [], stoppedBy, coverage }: Run, isAnswered: boolean): NotePart[] {
  const waiting = approvals.length;
  return [
    ...(waiting > 0
      ? [
          note(
            `${waiting === 1 ? 'A call waits' : `${waiting} calls wait`} to be allowed: nothing goes on before somebody decides.`,
            'waits',
          ),
        ]
      : []),
    ...(status === 'running' && waiting === 0
      ? [
          note(
            isAnswered ? 'The run goes on; so far there is this.' : 'The run goes on; there is no answer yet.',
            'waits',
          ),
        ]
      : []),
    ...(status === 'partial'
      ? [
          note(
            `Not everything is in it: ${numberOf(coverage.ok)} of ${numberOf(coverage.total)} branches are ok.`,
            'waits',
          ),
        ]
      : []),
    ...(stoppedBy === undefined
      ? []
      : [note(`The limit of ${stoppedBy} was reached: it had to answer with what it had.`, 'waits')]),
    ...(status !== 'running' && !isAnswered ? [note('There is no answer.', 'bad')] : []),
  ];
}

/** What the fan-in has made of the branches, where it made something of its own. */
function foldedParts({ fanIn, output, status }: Run): AnswerPart[] {
  if (fanIn === undefined || status === 'failed' || output === null) return [];
  const { how, from, missing, chosen } = fanIn;
  const made =
    chosen === undefined ? `Made by ${how} from ${from.join(', ')}.` : `Chosen: ${chosen.key}. ${chosen.reason}`;
  return [
    ...valueParts(output),
    note(
      `${made}${missing.length > 0 ? ` Without ${missing.join(', ')}.` : ''}`,
      missing.length > 0 ? 'waits' : 'plain',
    ),
  ];
}

/** A section for each branch, in input order, below what was folded of them. */
function branchesParts(run: Run): AnswerPart[] {
  const folded = foldedParts(run);
  const hasSeveral = new Set(run.branches.flatMap(({ model }) => model ?? [])).size > 1;
  const sections = run.branches.map((branch) => branchSection(branch, hasSeveral));
  if (sections.length === 0) return folded;
  return folded.length === 0 ? sections : [...folded, section('What each branch said', sections)];
}

/** @param hasSeveral whether several models answered, so that each is worth naming */
function branchSection(branch: Branch, hasSeveral: boolean): SectionPart {
  const { key, output } = branch;
  return {
    ...section(key, [...branchNotes(branch), ...(output === undefined ? [] : valueParts(output))]),
    ...(branch.model !== undefined && hasSeveral && { note: branch.model }),
  };
}

/** What stands before an answer that is not to be built on. */
function branchNotes({ status, error }: Branch): NotePart[] {
  if (status === 'ok') return [];
  const tone = status === 'skipped' || status === 'late' ? 'plain' : 'bad';
  return [note(error === undefined ? status : `${status}: ${error.message}`, tone)];
}

/** The answers about one text beside each other; of an open run over rows there may be many: they are told one below the other. */
function comparedParts({ run }: Reported): AnswerPart[] {
  const columns = run.branches.map((branch) => compared(branch, run));
  const isWide = columns.length > maxDirectWidth;
  return [...foldedParts(run), ...(isWide ? columns : [{ part: 'side by side', columns } as const])];
}

function compared(branch: Branch, { fanIn }: Run): SectionPart {
  const { model, latency, costUsd, reused } = branch;
  const facts = [
    ...(fanIn?.chosen?.key === branch.key ? ['★ chosen'] : []),
    ...(model === undefined ? [] : [model]),
    reused ? 'from the journal' : durationOf(latency.totalMs),
    costOf(costUsd),
  ];
  return { ...branchSection(branch, false), note: facts.join(' · ') };
}

function hitsParts({ output, status }: Run): AnswerPart[] {
  if (output === null) return [];
  const {
    hits = [],
    answer,
    citations,
  } = output as {
    hits?: readonly RankedHit[];
    answer?: string;
    citations?: { unknown: readonly number[] };
  };
  const sources = hits.map(({ title, link, text, sources: by }, at): ShownSource => ({
    number: at + 1,
    title,
    link,
    text,
    by,
  }));
  const list: AnswerPart[] =
    sources.length === 0
      ? status === 'running'
        ? []
        : [note('Nothing found.', 'plain')]
      : [{ part: 'sources', sources }];
  if (answer === undefined) return list;
  return [{ part: 'text', text: answer, cites: hits.length }, ...unknownNotes(citations), section('Found', list)];
}

function researchParts({ output }: Run): AnswerPart[] {
  if (output === null) return [];
  const {
    answer = '',
    sources = [],
    citations,
    open = [],
  } = output as {
    answer?: string;
    sources?: readonly { number: number; title: string; link: string; sources: readonly string[] }[];
    citations?: { unknown: readonly number[] };
    open?: readonly string[];
  };
  const shown = sources.map(({ sources: by, ...source }): ShownSource => ({ ...source, text: '', by }));
  return [
    ...(answer === ''
      ? []
      : [{ part: 'text', text: answer, cites: Math.max(0, ...sources.map(({ number }) => number)) } as const]),
    ...unknownNotes(citations),
    ...open.map((question) => note(`Not answered: ${question}`, 'waits')),
    ...(shown.length === 0 ? [] : [section('Sources', [{ part: 'sources', sources: shown }])]),
  ];
}

function unknownNotes(citations: { unknown: readonly number[] } | undefined): NotePart[] {
  const unknown = (citations?.unknown ?? []).map((number) => `[${number}]`).join(', ');
  return unknown === '' ? [] : [note(`It cites ${unknown}, which nobody has found.`, 'bad')];
}

function findingsParts({ output, coverage }: Run): AnswerPart[] {
  if (output === null) return [];
  const { findings = [], unplaced = 0 } = output as { findings?: readonly Finding[]; unplaced?: number };
  const byFile = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { file } = finding;
    if (file !== undefined) byFile.set(file, [...(byFile.get(file) ?? []), finding]);
  }
  const files = [...byFile].map(([file, found]) => section(file, [{ part: 'findings', findings: found }]));
  const parts: readonly AnswerPart[] = files.length === 0 ? [{ part: 'findings', findings }] : files;
  return [note(countedFindings({ findings, unplaced }, coverage), 'plain'), ...parts];
}

function section(title: string, parts: readonly AnswerPart[]): SectionPart {
  return { part: 'section', title, parts };
}

function note(text: string, tone: NotePart['tone']): NotePart {
  return { part: 'note', text, tone };
}
