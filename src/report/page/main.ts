import type { Branch } from '../../contract/run.js';
import type { Reported } from '../../contract/reported.js';
import { showApprovals } from './approvals.js';
import { element, find } from './dom.js';
import { showGantt } from './gantt.js';
import { showGraph } from './graph.js';
import { showHistogram } from './histogram.js';
import { showSummary } from './summary.js';
import { showTable } from './table.js';
import { textOf } from './texts.js';

// The page of a report: everything it shows stands in the script element `run`, and nothing is fetched.
const reported = JSON.parse(find('run').textContent) as Reported;
const { run } = reported;

showSummary(reported);
showApprovals(run.workflowId, run.approvals ?? []);
const table = showTable(run.branches);
const charts = [showGantt(run.branches, run.criticalPath, open), showHistogram(run.branches)];
if (reported.edges.length > 0) charts.push(showGraph(run.branches, reported.edges, open));
else find('graph-section').remove();

find('output').append(element('pre', textOf(run.output)));
if (run.contradictions === undefined || run.contradictions.length === 0) find('contradictions-section').remove();
else {
  for (const { key, said } of run.contradictions) {
    const list = said.map(({ by, value }) => element('li', `${by}: ${textOf(value)}`));
    find('contradictions').append(element('h3', key), element('ul', ...list));
  }
}

/** Leads from a chosen bar or node to its row. */
function open(branch: Branch): void {
  table.open(branch);
}

function redraw(): void {
  for (const chart of charts) chart.draw();
}

redraw();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
addEventListener('resize', () => charts.forEach(({ resize }) => resize()));
