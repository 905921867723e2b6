import { formatDuration } from '../../contract/duration.js';
import { exitCodes } from '../../contract/exit-codes.js';
import type { ExitCode } from '../../contract/exit-codes.js';
import { isKind } from '../../contract/names.js';
import type { Kind } from '../../contract/names.js';
import type { Run } from '../../contract/run.js';
import { answeredOffline } from '../../fold/answered-offline.js';
import { formatCost } from './amounts.js';
import { agreementLines, comparedRows } from './agreement-lines.js';
import { approvalLines } from './approval-lines.js';
import { failingTaskText } from './failing-task-text.js';
import { outcomeLine, widestKey } from './outcome-line.js';
import { findingsText, fixLines, hasFindings, withFix } from './print-findings.js';
import { hitsText, researchText } from './print-hits.js';
import type { Render } from './print-hits.js';
import { shellWord } from '../../fold/visible-text.js';
import type { RunFlags } from '../run/run-flags.js';
import { proseFor, shortFields } from './terminal-rows.js';
import { totalText } from './total-text.js';
import { answerText, joined, json, line, lines, paints, setIn, terminalLine } from './terminal-text.js';
import type { Shown, TerminalText } from './terminal-text.js';
import type { Screen, World } from '../world.js';

/** What else is known where a run is printed. */
interface AsShown {
  branchesShown: boolean;
  outWritten: boolean;
  afterwards: string | undefined;
}

/**
 * Prints a run. With `--json` the run is JSON on standard output; otherwise the output is there, and the account on standard
 * error.
 *
 * @param branchesShown whether a line for each branch stands on the screen already
 * @param afterwards how long the Web UI answers, and what to do then; nothing where it stays
 */
export async function printRun(
  ended: Run,
  flags: RunFlags,
  world: World,
  shown: Partial<AsShown> = {},
): Promise<ExitCode> {
  const run = await withFix(ended, flags);
  if (flags.json || flags.ndjson) world.stdout.write(json(run, flags.json ? 2 : undefined));
  else await printForPeople(run, flags, world, shown);
  const code = exitCodeOf(run);
  return code === exitCodes.complete && hasFindings(run, flags.failOn) ? exitCodes.findings : code;
}

/** Whether the API has refused the key under way: nothing more is answered until there is another. */
function isKeyRefused({ status, branches }: Pick<Run, 'status' | 'branches'>): boolean {
  return status !== 'complete' && branches.some(({ error }) => error?.type === 'Unauthenticated');
}

function exitCodeOf({ status, branches }: Pick<Run, 'status' | 'branches'>): ExitCode {
  if (status !== 'running' && isKeyRefused({ status, branches })) return exitCodes.unavailable;
  switch (status) {
    case 'complete':
    case 'running':
      return exitCodes.complete;
    case 'partial':
      return exitCodes.partial;
    case 'failed':
    case 'cancelled':
      return exitCodes.failed;
  }
}

/** Columns of the longest key that the others are put in line with. */
const widestAligned = 32;

async function printForPeople(
  run: Run,
  flags: RunFlags,
  world: World,
  { branchesShown = false, outWritten = false, afterwards }: Partial<AsShown>,
): Promise<void> {
  if (!outWritten) world.stdout.write(textOf(run, flags, world.stdout, await rendererFor(world.stdout)));
  if (flags.quiet) {
    if (run.status !== 'complete') world.stderr.write(lines([headline(run)]));
    return;
  }
  const shown = linesFor(run.branches);
  const keyWidth = widestKey(shown, widestAligned);
  world.stderr.write(
    lines([
      headline(run),
      ...errorLines(run, shown),
      ...(isKeyRefused(run)
        ? [
            proseFor(
              world.stderr,
              `  The model API refuses the key (401). Check ANTHROPIC_API_KEY, or what another provider needs; then \`fanfold retry ${shellWord(run.workflowId)}\` asks again, and pays for nothing that is there.`,
            ),
          ]
        : []),
      ...(branchesShown ? [] : shown.map((branch) => line`  ${outcomeLine(branch, world.stderr, keyWidth)}`)),
      ...(branchesShown ? [] : unshownLines(run, world.stderr)),
      ...(run.approvals ?? []).map(
        (approval) => line`  ${approvalLines(run.workflowId, approval, world.stderr, '    ')}`,
      ),
      ...(run.failingTask === undefined ? [] : [line`  ${failingTaskText(run.workflowId, run.failingTask, '    ')}`]),
      ...firstAnswerLines(run),
      ...(run.stoppedBy === undefined
        ? []
        : [`  its limit of ${run.stoppedBy} was reached: it had to answer with what it had`]),
      ...retryLines(run),
      ...fanInLines(run),
      ...(run.kind === 'compare' ? agreementLines(run.output) : []),
      ...fixLines(run),
      ...(run.contradictions ?? []).map(contradictionLine),
      `  ${totalText(run)}`,
      ...(run.lostUsd > 0
        ? [`  and ${formatCost(run.lostUsd)} at most for calls that broke off before the API had told their cost`]
        : []),
      ...(answeredOffline(run)
        ? ['  Answered by the offline model: extracts of the text, priced as the API would.']
        : []),
      ...(run.webUi === null ? [] : [`  Web UI: ${run.webUi}`]),
      ...(run.webUi === null || afterwards === undefined ? [] : [proseFor(world.stderr, `  ${afterwards}`)]),
    ]),
  );
}

/** The run's error, where neither the headline nor the line of a branch tells the same. */
function errorLines({ error, coverage: { ok, total } }: Run, shown: Run['branches']): TerminalText[] {
  if (error === undefined) return [];
  const told = (message: string) =>
    shown.some((branch) => branch.error !== undefined && message.includes(branch.error.message));
  const { message } = error;
  const isTold =
    (message.startsWith(`${ok} of ${total} branches are ok. First: `) || shown.length === 1) && told(message);
  return isTold && !message.includes('\n') ? [] : [line`  ${setIn(message, '    ')}`];
}

function firstAnswerLines({ firstAnswer, coverage }: Run): string[] {
  if (firstAnswer === undefined) return [];
  const ok = firstAnswer.ok ?? firstAnswer.keys.length;
  return [`  first answer after ${formatDuration(firstAnswer.elapsedMs)} with ${ok} ok, amended to ${coverage.ok}`];
}

function retryLines({ retries, retriedBy, branches }: Run): TerminalText[] {
  const taken = branches.filter(({ from }) => from !== undefined).length;
  return [
    ...(retries === undefined
      ? []
      : [
          line`  retries ${terminalLine(retries.workflowId, 255)}: ${taken.toLocaleString('en')} taken over, at no cost`,
        ]),
    ...(retriedBy === undefined ? [] : [line`  retried by ${terminalLine(retriedBy.join(', '), 600)}`]),
  ];
}

function fanInLines({ fanIn }: Run): Shown[] {
  if (fanIn === undefined) return [];
  const { from, missing, more = { from: 0, missing: 0 } } = fanIn;
  const lost = missing.length + more.missing;
  const left = lost > 0 ? `; without ${listed(missing, more.missing)}` : '';
  if (fanIn.chosen === undefined) return [`  synthesised from ${listed(from, more.from)}${left}`];
  const { key, reason, votes } = fanIn.chosen;
  const judges = Object.values(votes).reduce((sum, count) => sum + count, 0);
  const said = judges === 0 ? '' : `, by ${Object.hasOwn(votes, key) ? votes[key] : 0} of ${judges} judges`;
  return [line`  selected ${key}${said}: ${terminalLine(reason, 200)}${left}`];
}

function listed(keys: readonly string[], more: number): string {
  return [...keys, ...(more > 0 ? [`${more.toLocaleString('en')} more`] : [])].join(', ');
}

function contradictionLine({ key, said }: NonNullable<Run['contradictions']>[number]): TerminalText {
  const each = said.map(({ by, value }) => line`${by} says ${terminalLine(JSON.stringify(value), 60)}`);
  return line`  contradiction about ${key}: ${joined(each, ', ')}`;
}

function headline({ workflowId, status, coverage, criticalPath, approvals = [], stopping }: Run): string {
  const covered = `${coverage.ok.toLocaleString('en')} of ${coverage.total.toLocaleString('en')} branches ok`;
  if (stopping === true) return `${workflowId} was asked to stop: ${covered}`;
  if (approvals.length > 0) {
    const calls = approvals.length === 1 ? 'a call' : `${approvals.length} calls`;
    return `${workflowId} waits for a person to allow ${calls}: ${covered}`;
  }
  const slowest = criticalPath.length > 0 && coverage.total > 1 ? ` · slowest: ${criticalPath.join(' → ')}` : '';
  return `${workflowId} is ${status}: ${covered}${slowest}`;
}

/** Shows Markdown. Programs and files get it as it is; a terminal with colours gets it rendered. */
async function rendererFor(screen: Screen): Promise<Render> {
  const { isTerminal, colour, columns } = screen;
  if (!isTerminal || !colour) return (text) => answerText(text, screen);
  const { renderMarkdown } = await import('./markdown.js');
  return (text) => renderMarkdown(text, columns);
}

type Printer = (run: Run, flags: RunFlags, screen: Screen, render: Render) => TerminalText;

/** Printers of outputs, one for each kind. The output of your own workflow is printed by its type. */
const printers = {
  perspectives: (run, flags, screen, render) =>
    Array.isArray(run.output) ? readingsText(run, run.output, screen, render) : byKey(run, flags, screen, render),
  summarise: (run, _flags, screen, render) => entriesText(run, summariesOf(run), screen, render),
  gather: (run, _flags, _screen, render) => hitsText(run, render),
  validate: (run, flags, screen) => findingsText(run, flags, screen),
  graph: byKey,
  agent: byKey,
  compare: (run, flags, screen, render) => {
    const rows = comparedRows(run.output);
    return rows === undefined ? byKey(run, flags, screen, render) : rowsText(run, rows, screen);
  },
  research: (run, _flags, _screen, render) => researchText(run, render),
  map: (run, _flags, screen) => rowsText(run, Array.isArray(run.output) ? run.output : [], screen),
} satisfies Record<Kind, Printer>;

function textOf(run: Run, flags: RunFlags, screen: Screen, render: Render): TerminalText {
  const printer: Printer = isKind(run.kind) ? printers[run.kind] : byKey;
  return printer(run, flags, screen, render);
}

function rowsText(run: Run, rows: readonly unknown[], screen: Screen): TerminalText {
  const shown = forScreen(rows, screen);
  return joined([...shown.map((row) => json(row)), lines(leftLines(run, screen, rows.length, shown.length))], '');
}

/** Readings of several documents, under the document and the perspective. */
function readingsText(run: Run, output: readonly unknown[], screen: Screen, render: Render): TerminalText {
  const documents = output as readonly { key: string; answer?: { [perspective: string]: unknown } }[];
  const entries = documents.flatMap(({ key, answer = {} }) =>
    Object.entries(answer)
      .filter(([, reading]) => reading !== null)
      .map(([perspective, reading]): [string, unknown] => [`${key}/${perspective}`, reading]),
  );
  return entriesText(run, entries, screen, render);
}

/** A dict entry by entry; any other value as it is. */
function byKey(run: Run, _flags: RunFlags, screen: Screen, render: Render): TerminalText {
  const { output } = run;
  if (output === null || output === undefined) return lines([]);
  if (typeof output !== 'object' || Array.isArray(output)) return lines([render(asText(output).trim()), '']);
  const short = isKind(run.kind) ? undefined : shortFields(output, screen);
  return short ?? entriesText(run, Object.entries(output), screen, render);
}

/** Most results on a terminal, and how many of more than that: a scroll of hundreds is not read. */
const mostResults = 30;
const firstResults = 5;

/** Results for a screen: all of them for a file or a pipe, and the first of very many for a terminal. */
function forScreen<Result>(results: readonly Result[], { isTerminal }: Screen): readonly Result[] {
  return isTerminal && results.length > mostResults ? results.slice(0, firstResults) : results;
}

/** Says where the results are that a terminal does not show. */
function leftLines({ workflowId, kind }: Run, screen: Screen, all: number, shown: number): TerminalText[] {
  if (all === shown) return [];
  const out = kind === 'summarise' || kind === 'map' ? ', and `--out FILE` writes them as they come' : '';
  return [
    proseFor(
      screen,
      line`… and ${(all - shown).toLocaleString('en')} more: \`fanfold show ${shellWord(workflowId)} > FILE\` has all of them${out}.`,
    ),
  ];
}

function entriesText(run: Run, entries: readonly [string, unknown][], screen: Screen, render: Render): TerminalText {
  const { bold } = paints(screen.colour);
  const shown = forScreen(entries, screen);
  return lines([
    ...shown.flatMap(([key, value]) => [bold(`# ${key}`), '', render(asText(value).trim()), '']),
    ...leftLines(run, screen, entries.length, shown.length),
  ]);
}

function summariesOf({ output }: Run): [string, unknown][] {
  const summaries = Array.isArray(output) ? (output as { key: string; summary: unknown }[]) : [];
  return summaries.map(({ key, summary }) => [key, summary]);
}

/** Most lines for branches. Where there are more branches, only those that are not ok have a line. */
const mostLines = 50;

function linesFor(branches: Run['branches']): Run['branches'] {
  return branches.length <= mostLines ? branches : notOkOf(branches).slice(0, mostLines);
}

function notOkOf(branches: Run['branches']): Run['branches'] {
  return branches.filter(({ status }) => status !== 'ok');
}

/** Says how many branches that are not ok have no line. */
function unshownLines({ workflowId, branches }: Run, screen: Screen): TerminalText[] {
  const more = branches.length <= mostLines ? 0 : notOkOf(branches).length - mostLines;
  if (more <= 0) return [];
  const all = `fanfold report ${shellWord(workflowId)} --format csv`;
  return [proseFor(screen, `  … and ${more.toLocaleString('en')} more that are not ok: \`${all}\` has all of them.`)];
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}
