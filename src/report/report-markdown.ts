import type { Compared, Reported } from '../contract/reported.js';
import { answeredOffline } from '../fold/answered-offline.js';
import { answerParts } from './answer/answer-parts.js';
import { branchFacts, comparedBranches, comparedFigures, sameText } from './answer/compare-runs.js';
import { figuresOf } from './answer/figures.js';
import { statusOf } from './answer/state.js';
import { costOf, durationOf, marksOf, textOf } from './answer/texts.js';
import { titleOf } from './answer/title.js';
import { valueParts } from './answer/value-parts.js';
import { ofModel } from './answer/work.js';
import { fenced } from './markdown/foreign-markdown.js';
import { inMarkup, line, partsMarkdown, tableMarkdown } from './markdown/part-markdown.js';

/** A run as Markdown, as a pull request shows it: the answer first, all else folded. */
export function reportMarkdown(reported: Reported): string {
  const { run, asked, version } = reported;
  const waiting = (run.approvals ?? []).map(
    ({ key, input }) =>
      `**${line(key)}** waits to be allowed, with\n\n${fenced(input === undefined ? '' : textOf(input))}`,
  );
  const facts = [
    ...asked.facts.map(({ name, value }): [string, string] => [name, value]),
    ...(asked.document === undefined ? [] : [['document', asked.document.title] as [string, string]]),
  ];
  return joined([
    `## ${line(titleOf(reported))}`,
    `**${statusOf(run)}** · ${figuresOf(reported)
      .filter(([name]) => ['kind', 'branches ok', 'took', 'taken so far', 'cost'].includes(name))
      .map(([name, value]) => `${name} ${name === 'kind' ? line(value) : value}`)
      .join(' · ')} · run ${line(run.workflowId)}`,
    ...(run.error === undefined ? [] : [`> ⚠ ${line(run.error.message)}`]),
    ...waiting,
    partsMarkdown(answerParts(reported), 2),
    folded('What was asked', [
      ...(asked.question === undefined ? [] : [fenced(asked.question)]),
      tableMarkdown(['', ''], [...facts, ...figuresOf(reported)]),
      ...asked.prompts.map(({ key, text }) => `**${line(key)}**\n\n${fenced(text)}`),
    ]),
    folded(`Branches (${run.branches.length.toLocaleString('en')})`, [branchesTable(reported)]),
    `<sub>Written by fanfold ${line(version)}${answeredOffline(run) ? '; answered by the offline model' : ''}.</sub>`,
  ]);
}

/** Two runs as Markdown beside each other: figures, then each branch that differs. */
export function comparedMarkdown({ compared: [one, other], version }: Compared): string {
  const [left, right] = [one.run.workflowId, other.run.workflowId];
  const branches = comparedBranches(one, other);
  const differing = branches.filter(({ answer }) => answer === 'differs');
  const row = (branch: Parameters<typeof branchFacts>[0] | undefined) =>
    branch === undefined ? 'none' : branchFacts(branch);
  const said = (title: string, branch: (typeof branches)[number]['one']) =>
    branch?.output === undefined ? '' : `**${line(title)}**\n\n${partsMarkdown(valueParts(branch.output), 3)}`;
  return joined([
    `## ${line(left)} and ${line(right)}`,
    tableMarkdown(
      ['', left, right, 'change'],
      comparedFigures(one, other).map((figure) => [figure.name, figure.one, figure.other, figure.change]),
    ),
    sameText(branches),
    tableMarkdown(
      ['branch', left, right, 'answer'],
      branches.map(({ key, one: first, other: second, answer }) => [key, row(first), row(second), answer]),
    ),
    ...differing.slice(0, mostDiffering).map((branch) =>
      folded(
        branch.key,
        [said(left, branch.one), said(right, branch.other)].filter((text) => text !== ''),
      ),
    ),
    `<sub>Written by fanfold ${line(version)}.</sub>`,
  ]);
}

/** Most branches whose answers stand beside each other. */
const mostDiffering = 20;

function branchesTable({ run }: Reported): string {
  return tableMarkdown(
    ['branch', 'status', 'took', 'cost', 'remarks'],
    run.branches.map((branch) => [
      branch.key,
      branch.status,
      durationOf(branch.latency.totalMs),
      ofModel(branch, costOf(branch.costUsd)),
      [...(branch.error === undefined ? [] : [branch.error.message]), ...marksOf(branch)].join(', '),
    ]),
  );
}

function folded(title: string, parts: readonly string[]): string {
  return `<details><summary>${inMarkup(title)}</summary>\n\n${parts.join('\n\n')}\n\n</details>`;
}

function joined(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}
