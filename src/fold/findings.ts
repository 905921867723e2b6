import type { Coverage } from '../contract/run.js';
import { Lines } from './lines.js';
import { QuotePlaces } from './quote-places.js';
import type { QuotePlace, Span } from './quote-places.js';

export const severities = ['error', 'warning', 'info'] as const;
/** How much a finding matters, the worst first. */
export type Severity = (typeof severities)[number];

/** Something that a check has to say about a place in the text. */
export interface Finding {
  /** Key of the text that it is about, where there are several. */
  file?: string;
  /** The check that said it; several, separated by commas, where they said the same. */
  check: string;
  severity: Severity;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 code units. */
  column: number;
  /** As it stands in the text. */
  quote: string;
  message: string;
  /** What to write instead of the quote. */
  suggestion?: string;
  /** The suggestion is meant for this place and leaves nothing to choose: only such go into a patch. */
  sure?: true;
}

/** What a check said, before anybody has looked whether its quote is in the text. */
export interface Remark {
  quote: string;
  /** Where it begins, in UTF-16 code units, where that is known. */
  at?: number;
  severity: Severity;
  message: string;
  suggestion?: string;
  /** Whether its suggestion leaves nothing to choose, which it does by default. */
  sure?: boolean;
}

/** Two suggestions for one place. */
export interface Conflict {
  key: string;
  said: { by: string; value: unknown }[];
}

/** What to write in place of a span. */
interface Edit extends Span {
  text: string;
  sure: boolean;
}

interface Placed extends Span {
  finding: Finding;
  /** What its suggestions come to, each at its own place. */
  edits: readonly Edit[];
}

/**
 * One list of what all checks said.
 *
 * Findings-1. A finding's quote is in the text, or the finding is left out and counted in `unplaced`: a model may quote what is
 *     not there.
 * Findings-2. Findings stand in the order of the text, then of the checks; never in the order in which the checks ended.
 * Findings-3. What overlaps is one finding if nobody contradicts: the longer quote with the suggestions of both, the graver
 *     severity, every message. Where two suggest something else for the same words, both stay and the place is a conflict. Both stay,
 *     too, where one is sure of what it suggests and the other is not.
 * Findings-4. A suggestion is sure only if its check is, and its quote stands where it was looked for letter by letter, and nowhere
 *     else.
 */
export function mergeFindings(
  text: string,
  checks: readonly { check: string; remarks: readonly Remark[] }[],
): { findings: Finding[]; conflicts: Conflict[]; unplaced: number } {
  const lines = new Lines(text);
  const quotes = new QuotePlaces(text);
  const placed: Placed[] = [];
  let unplaced = 0;
  for (const { check, remarks } of checks) {
    for (const remark of remarks) {
      const span = placeOf(text, quotes, remark);
      if (span === undefined) unplaced += 1;
      else placed.push(place(text, lines, check, remark, span));
    }
  }
  const merged: Placed[] = [];
  const conflicts: Conflict[] = [];
  // Those of `merged` that may yet overlap with what follows: a run can have tens of thousands of findings.
  let open: Placed[] = [];
  for (const next of placed.toSorted((one, other) => one.start - other.start)) {
    open = open.filter(({ end }) => end >= next.start);
    const before = open.find((each) => isWithin(each, next) || isWithin(next, each));
    const isConflict = before !== undefined && contradict(before, next);
    if (before !== undefined && !isConflict && !wouldLoseSureness(before, next)) {
      Object.assign(before, join(before, next));
      continue;
    }
    if (isConflict) conflicts.push(conflictOf(before.finding, next.finding));
    merged.push(next);
    open.push(next);
  }
  return { findings: merged.map(({ finding }) => finding), conflicts, unplaced };
}

function isWithin(inner: Placed, outer: Placed): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

function contradict(one: Placed, other: Placed): boolean {
  return one.edits.some((edit) => other.edits.some((rival) => overlap(edit, rival) && edit.text !== rival.text));
}

/** Whether one finding of both would not be sure of what one of them is sure of. */
function wouldLoseSureness(one: Placed, other: Placed): boolean {
  const edits = [...one.edits, ...other.edits];
  const sure = edits.filter((edit) => edit.sure);
  const isSaidBySure = ({ start, end }: Edit) => sure.some((each) => each.start === start && each.end === end);
  return sure.length > 0 && !edits.every(isSaidBySure);
}

function overlap(one: Span, other: Span): boolean {
  return one.start < other.end && other.start < one.end;
}

function conflictOf(one: Finding, other: Finding): Conflict {
  return {
    key: `${one.line}:${one.column}`,
    said: [one, other].map(({ check, suggestion }) => ({ by: check, value: suggestion })),
  };
}

function join(one: Placed, other: Placed): Placed {
  const longer = other.end - other.start > one.end - one.start ? other : one;
  const [left, right] = [one.finding, other.finding];
  // Where both say the same, the shorter is the more exact.
  const edits = [...one.edits, ...other.edits]
    .toSorted(
      (first, second) =>
        first.start - second.start || first.end - second.end || Number(second.sure) - Number(first.sure),
    )
    .filter((edit, at, all) => !all.slice(0, at).some((earlier) => overlap(earlier, edit)));
  const { start, end } = longer;
  const { sure: _sure, ...found } = longer.finding;
  const finding: Finding = {
    ...found,
    check: unique([...left.check.split(', '), right.check]).join(', '),
    severity: severities.find((severity) => severity === left.severity || severity === right.severity) ?? 'info',
    message: unique([left.message, right.message]).join(' '),
    ...(edits.length > 0 && { suggestion: edited(longer.finding.quote, edits, start) }),
    ...(edits.length > 0 && edits.every(({ sure }) => sure) && { sure: true as const }),
  };
  return { finding, start, end, edits };
}

/** A text with edits of which none overlap, in their order. */
function edited(text: string, edits: readonly Edit[], offset = 0): string {
  let at = 0;
  const pieces = edits.flatMap((edit) => {
    const kept = text.slice(at, edit.start - offset);
    at = edit.end - offset;
    return [kept, edit.text];
  });
  return [...pieces, text.slice(at)].join('');
}

/**
 * The text with what its findings suggest and are sure of; where two that are sure suggest something for the same words, none of it.
 *
 * @returns also how many suggestions are in it, and how many findings are not
 */
export function revise(text: string, findings: readonly Finding[]): { text: string; applied: number; left: number } {
  const lines = text.split('\n');
  const starts: number[] = [];
  lines.reduce((start, line) => (starts.push(start), start + line.length + 1), 0);
  const edits = findings
    .flatMap(({ line, column, quote, suggestion, sure = false }): Edit[] => {
      const start = (starts[line - 1] ?? 0) + column - 1;
      return suggestion === undefined || !sure ? [] : [{ start, end: start + quote.length, text: suggestion, sure }];
    })
    .toSorted((one, other) => one.start - other.start);
  let reached = 0;
  const alone = edits.filter((edit, at) => {
    const next = edits[at + 1];
    const isContested = edit.start < reached || (next !== undefined && overlap(edit, next));
    reached = Math.max(reached, edit.end);
    return !isContested;
  });
  return { text: edited(text, alone), applied: alone.length, left: findings.length - alone.length };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function place(text: string, lines: Lines, check: string, remark: Remark, where: QuotePlace): Placed {
  const { start, end } = where;
  const { severity, message, suggestion, sure = true } = remark;
  const isSure = sure && where.sure;
  const finding: Finding = {
    check,
    severity,
    ...lines.of(start),
    quote: text.slice(start, end),
    message: message.trim(),
    // Models suggest what stands there already.
    ...(suggestion?.trim() && suggestion.trim() !== text.slice(start, end) && { suggestion: suggestion.trim() }),
  };
  if (finding.suggestion !== undefined && isSure) finding.sure = true;
  const edits = finding.suggestion === undefined ? [] : [{ start, end, text: finding.suggestion, sure: isSure }];
  return { finding, start, end, edits };
}

function placeOf(text: string, quotes: QuotePlaces, { quote, at: start }: Remark): QuotePlace | undefined {
  if (start !== undefined && text.startsWith(quote, start)) return { start, end: start + quote.length, sure: true };
  return quotes.find(quote);
}

/** A place where a pattern occurs. */
export interface Match {
  quote: string;
  /** Where it begins, in UTF-16 code units. */
  at: number;
}

/** Most places of one pattern. */
const mostMatches = 1_000;

/** Where a pattern occurs. A pattern can take for ever: only code that is stopped from outside may call this. */
export function matchesOf(text: string, pattern: string): Match[] {
  const matches: Match[] = [];
  for (const { 0: quote, index: at } of text.matchAll(new RegExp(pattern, 'gu'))) {
    if (quote.trim() === '') continue;
    matches.push({ quote, at });
    if (matches.length === mostMatches) break;
  }
  return matches;
}

/** What a check has to say of every place where its pattern occurs. */
export function remarksOfMatches(
  matches: readonly Match[],
  { pattern, severity = 'warning', message = `Matches ${pattern}.`, suggestion }: PatternCheck,
): Remark[] {
  return matches.map(({ quote, at }) => ({
    quote,
    at,
    severity,
    message,
    ...(suggestion !== undefined && { suggestion }),
  }));
}

/** A check of one's own that looks for a pattern, and asks no model. */
export interface PatternCheck {
  /** A regular expression of JavaScript, with the flag `u`. */
  pattern: string;
  severity?: Severity;
  message?: string;
  suggestion?: string;
}

/** How many there are of each severity, and what is not known: checks that have not come to their end say nothing of the text. */
export function countedFindings(
  { findings, unplaced }: { findings: readonly Finding[]; unplaced: number },
  { ok, total }: Coverage,
  where = '',
): string {
  const open = total - ok;
  if (open > 0 && ok === 0 && findings.length === 0)
    return 'No check has come to its end: nothing is known of the text.';
  const counts = severities
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity === 'info' || count === 1 ? severity : `${severity}s`}`);
  const left = unplaced > 0 ? `; ${unplaced} left out, whose quote is not in the text` : '';
  const unended =
    open > 0 ? `; ${open} of ${total} checks ${open === 1 ? 'has not come to its' : 'have not come to their'} end` : '';
  return `${counts.join(', ') || 'No findings'}${where}${left}${unended}.`;
}

/** Whether the message of a finding is its quote: models often have nothing else to say, and nothing need be quoted then. */
export function saysQuote({ message, quote, suggestion }: Pick<Finding, 'message' | 'quote' | 'suggestion'>): boolean {
  return suggestion === undefined && message === quote;
}
