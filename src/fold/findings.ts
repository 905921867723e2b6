export const severities = ['error', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];

/** Something that a check has to say about a place in the text. */
export interface Finding {
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
}

/** What a check said, before anybody has looked whether its quote is in the text. */
export interface Remark {
  quote: string;
  /** Where it begins, in UTF-16 code units, where that is known. */
  at?: number;
  severity: Severity;
  message: string;
  suggestion?: string;
}

/** Two suggestions for one place. */
export interface Conflict {
  key: string;
  said: { by: string; value: unknown }[];
}

/** What to write in place of a span. */
interface Edit extends Span {
  text: string;
}

interface Placed extends Span {
  finding: Finding;
  /** What its suggestions come to, each at its own place. */
  edits: readonly Edit[];
}

/**
 * One list of what all checks said.
 *
 * N1. A finding's quote is in the text, or the finding is left out and counted in `unplaced`: a model may quote what is not there.
 * N2. Findings stand in the order of the text, then of the checks; never in the order in which the checks ended.
 * N3. What overlaps is one finding if nobody contradicts: the longer quote with the suggestions of both, the graver severity, every
 *     message. Where two suggest something else for the same words, both stay and the place is a conflict.
 */
export function mergeFindings(
  text: string,
  checks: readonly { check: string; remarks: readonly Remark[] }[],
): { findings: Finding[]; conflicts: Conflict[]; unplaced: number } {
  const placed: Placed[] = [];
  let unplaced = 0;
  for (const { check, remarks } of checks) {
    for (const remark of remarks) {
      const span = spanOf(text, remark);
      if (span === undefined) unplaced += 1;
      else placed.push(place(text, check, remark, span));
    }
  }
  const merged: Placed[] = [];
  const conflicts: Conflict[] = [];
  for (const next of placed.toSorted((one, other) => one.start - other.start)) {
    const before = merged.find((each) => isWithin(each, next) || isWithin(next, each));
    if (before !== undefined && contradict(before, next)) {
      conflicts.push(conflictOf(before.finding, next.finding));
      merged.push(next);
    } else if (before === undefined) merged.push(next);
    else Object.assign(before, join(before, next));
  }
  return { findings: merged.map(({ finding }) => finding), conflicts, unplaced };
}

function isWithin(inner: Placed, outer: Placed): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

function contradict(one: Placed, other: Placed): boolean {
  return one.edits.some((edit) => other.edits.some((rival) => overlap(edit, rival) && edit.text !== rival.text));
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
    .toSorted((first, second) => first.start - second.start || first.end - second.end)
    .filter((edit, at, all) => !all.slice(0, at).some((earlier) => overlap(earlier, edit)));
  const { start, end } = longer;
  const finding: Finding = {
    ...longer.finding,
    check: unique([...left.check.split(', '), right.check]).join(', '),
    severity: severities.find((severity) => severity === left.severity || severity === right.severity) ?? 'info',
    message: unique([left.message, right.message]).join(' '),
    ...(edits.length > 0 && { suggestion: edited(longer.finding.quote, edits, start) }),
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
 * The text with what its findings suggest; where two suggest something for the same words, none of it.
 *
 * @returns also how many suggestions are in it, and how many findings are not
 */
export function revise(text: string, findings: readonly Finding[]): { text: string; applied: number; left: number } {
  const lines = text.split('\n');
  const starts: number[] = [];
  lines.reduce((start, line) => (starts.push(start), start + line.length + 1), 0);
  const edits = findings.flatMap(({ line, column, quote, suggestion }): Edit[] => {
    const start = (starts[line - 1] ?? 0) + column - 1;
    return suggestion === undefined ? [] : [{ start, end: start + quote.length, text: suggestion }];
  });
  const alone = edits
    .filter((edit) => !edits.some((other) => other !== edit && overlap(edit, other)))
    .toSorted((one, other) => one.start - other.start);
  return { text: edited(text, alone), applied: alone.length, left: findings.length - alone.length };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function place(text: string, check: string, remark: Remark, { start, end }: Span): Placed {
  const before = text.slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  const { severity, message, suggestion } = remark;
  const finding: Finding = {
    check,
    severity,
    line: before.split('\n').length,
    column: start - lineStart + 1,
    quote: text.slice(start, end),
    message: message.trim(),
    // Models suggest what stands there already.
    ...(suggestion?.trim() && suggestion.trim() !== text.slice(start, end) && { suggestion: suggestion.trim() }),
  };
  const edits = finding.suggestion === undefined ? [] : [{ start, end, text: finding.suggestion }];
  return { finding, start, end, edits };
}

interface Span {
  start: number;
  end: number;
}

/** Where a quote stands: word for word, or with other white space, which models do not copy. */
function spanOf(text: string, { quote, at: start }: Remark): Span | undefined {
  if (start !== undefined && text.startsWith(quote, start)) return { start, end: start + quote.length };
  const wanted = quote.trim();
  if (wanted === '') return undefined;
  const at = text.indexOf(wanted);
  if (at >= 0) return { start: at, end: at + wanted.length };
  const words = wanted.split(/\s+/).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const found = new RegExp(words.join('\\s+')).exec(text);
  return found === null ? undefined : { start: found.index, end: found.index + found[0].length };
}

/** A remark for every place where the pattern of a check occurs, a thousand at most. */
export function remarksOfPattern(
  text: string,
  { pattern, severity = 'warning', message, suggestion }: PatternCheck,
): Remark[] {
  const remarks: Remark[] = [];
  for (const { 0: quote, index } of text.matchAll(new RegExp(pattern, 'gu'))) {
    if (quote.trim() === '') continue;
    remarks.push({
      quote,
      at: index,
      severity,
      message: message ?? `Matches ${pattern}.`,
      ...(suggestion !== undefined && { suggestion }),
    });
    if (remarks.length === 1_000) break;
  }
  return remarks;
}

export interface PatternCheck {
  /** A regular expression of JavaScript, with the flag `u`. */
  pattern: string;
  severity?: Severity;
  message?: string;
  suggestion?: string;
}
