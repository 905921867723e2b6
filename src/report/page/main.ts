import type { Branch } from '../../contract/run.js';
import type { Compared, Reported } from '../../contract/reported.js';
import { answerParts } from '../answer/answer-parts.js';
import { textOf } from '../answer/texts.js';
import { showApprovals } from './approvals.js';
import { showAsked } from './asked.js';
import type { Chart } from './chart.js';
import { showCompared } from './compared.js';
import { element, find } from './dom.js';
import { showGantt } from './gantt.js';
import { showGraph } from './graph.js';
import { showHistogram } from './histogram.js';
import { partElements } from './parts.js';
import { readContent } from './read.js';
import { showSummary } from './summary.js';
import { showTable } from './table.js';

// The page of a report: everything it shows stands in it, and nothing is fetched.
readContent<Reported | Compared>().then(show, (error: unknown) => {
  find('error').textContent = `This browser cannot read the report: ${String(error)}`;
});

function show(content: Reported | Compared): void {
  if ('compared' in content) showCompared(content);
  else showRun(content);
}

function showRun(reported: Reported): void {
  const { run, edges, asked } = reported;
  showSummary(reported);
  showApprovals(run.workflowId, run.approvals ?? []);
  find('output').append(...partElements(answerParts(reported)));
  showAsked(asked);
  const table = showTable(run.branches);
  const open = (branch: Branch) => table.open(branch.key, branch);
  const charts = [...showGantt(run.branches, run.criticalPath, open), ...showHistogram(run.branches)];
  if (edges.length > 0) charts.push(showGraph(run.branches, edges, (search) => table.open(search)));
  else find('graph-section').remove();
  showContradictions(reported);
  if (run.branches.length === 0) find('branches-section').remove();
  showPlaces();
  keepDrawn(charts);
}

/** Links to the parts that the page has: a long answer stands before the others. */
function showPlaces(): void {
  const links = [...document.querySelectorAll('h2')].map((heading) => {
    const link = element('a', heading.textContent ?? '');
    link.href = `#${heading.id}`;
    return link;
  });
  find('places').append(...links);
}

function showContradictions({ run: { contradictions = [] } }: Reported): void {
  if (contradictions.length === 0) find('contradictions-section').remove();
  for (const { key, said } of contradictions) {
    const list = said.map(({ by, value }) => element('li', `${by}: ${textOf(value)}`));
    find('contradictions').append(element('h3', key), element('ul', ...list));
  }
}

/** Draws charts, and draws them anew in other colours or another width. */
function keepDrawn(charts: readonly Chart[]): void {
  const draw = () => charts.forEach((chart) => chart.draw());
  draw();
  for (const media of ['(prefers-color-scheme: dark)', 'print']) matchMedia(media).addEventListener('change', draw);
  let width = innerWidth;
  addEventListener('resize', () => {
    // A phone changes the height whenever it hides its address bar.
    if (width === innerWidth) return;
    width = innerWidth;
    charts.forEach((chart) => chart.resize());
  });
}
