import type { Compared } from '../../contract/reported.js';
import { visibleLine } from '../../fold/visible-text.js';
import { answerParts } from '../answer/answer-parts.js';
import { branchFacts, comparedBranches, comparedFigures, sameText } from '../answer/compare-runs.js';
import type { ComparedBranch } from '../answer/compare-runs.js';
import type { AnswerPart, SectionPart } from '../answer/parts.js';
import { timeOf } from '../answer/texts.js';
import { titleOf } from '../answer/title.js';
import { valueParts } from '../answer/value-parts.js';
import type { Branch } from '../../contract/run.js';
import { find } from './dom.js';
import { partElements } from './parts.js';

/** Kinds whose answer is that of their branches: these are put beside each other one by one. */
const byBranches = ['perspectives', 'summarise', 'compare'];

/** Two runs beside each other: figures, answers, branches. */
export function showCompared({ compared: [one, other], writtenAt, version }: Compared): void {
  const [left, right] = [visibleLine(one.run.workflowId), visibleLine(other.run.workflowId)];
  document.title = `${left} and ${right} · fanfold`;
  find('title').textContent = `${left} and ${right}`;
  const titles = [...new Set([titleOf(one), titleOf(other)])];
  find('run-id').textContent = titles.join(' · ');
  const figures = comparedFigures(one, other);
  const rows = figures.map((figure) => [figure.name, figure.one, figure.other, figure.change]);
  find('figures').append(...partElements([{ part: 'table', columns: ['figure', left, right, 'change'], rows }]));
  const isFolded = [one, other].some(({ run }) => run.fanIn !== undefined || !byBranches.includes(run.kind));
  if (isFolded) {
    const columns = [one, other].map((each): SectionPart => ({
      part: 'section',
      title: each.run.workflowId,
      parts: answerParts(each),
    }));
    find('answers').append(...partElements([{ part: 'side by side', columns }]));
  } else find('answers-section').remove();
  const branches = comparedBranches(one, other);
  const parts: AnswerPart[] = [
    { part: 'note', text: sameText(branches), tone: 'plain' },
    ...branches.map((branch): AnswerPart => ({
      part: 'section',
      title: branch.key,
      ...(branch.answer !== 'differs' && { note: notes[branch.answer] }),
      parts: [{ part: 'side by side', columns: [columnOf(left, branch.one), columnOf(right, branch.other)] }],
    })),
  ];
  find('branches').append(...partElements(parts));
  find('written').textContent = `Written by fanfold ${version}, ${timeOf(writtenAt)}.`;
}

/** What stands beside the heading of a branch: nothing where its answers differ. */
const notes = {
  same: 'same answer',
  none: 'no answer',
  'in one only': 'in one only',
} satisfies Record<Exclude<ComparedBranch['answer'], 'differs'>, string>;

function columnOf(title: string, branch: Branch | undefined): SectionPart {
  if (branch === undefined)
    return { part: 'section', title, parts: [{ part: 'note', text: 'It has no such branch.', tone: 'plain' }] };
  const { error, output } = branch;
  return {
    part: 'section',
    title,
    note: branchFacts(branch),
    parts: [
      ...(error === undefined ? [] : [{ part: 'note', text: error.message, tone: 'bad' } as const]),
      ...(output === undefined ? [] : valueParts(output)),
    ],
  };
}
