import type { Branch } from '../../contract/run.js';
import { valueParts } from '../answer/value-parts.js';
import { element, find } from './dom.js';
import { classed, partElements } from './parts.js';
import { costOf, durationOf, marksOf, numberOf, textOf } from '../answer/texts.js';
import { ofModel, workMsOf } from '../answer/work.js';

const rowsOfPage = 100;

interface Column {
  title: string;
  /** Whether a narrow screen leaves it out: the opened row has it. */
  lesser?: true;
  value(branch: Branch): number | string;
  shown(branch: Branch): string;
}

const columns: readonly Column[] = [
  { title: '#', lesser: true, value: ({ index }) => index, shown: ({ index }) => String(index + 1) },
  { title: 'branch', value: ({ key }) => key, shown: ({ key }) => key },
  { title: 'status', value: ({ status }) => status, shown: ({ status }) => status },
  { title: 'took', value: ({ latency }) => latency.totalMs, shown: ({ latency }) => durationOf(latency.totalMs) },
  {
    title: 'queued',
    lesser: true,
    value: ({ latency }) => latency.queuedMs,
    shown: ({ latency }) => durationOf(latency.queuedMs),
  },
  {
    title: 'at work',
    lesser: true,
    value: workMsOf,
    shown: (branch) => durationOf(workMsOf(branch)),
  },
  {
    title: 'between tries',
    lesser: true,
    value: ({ latency }) => latency.retryWaitMs,
    shown: ({ latency }) => durationOf(latency.retryWaitMs),
  },
  { title: 'tokens in', lesser: true, value: tokensIn, shown: (branch) => ofModel(branch, numberOf(tokensIn(branch))) },
  {
    title: 'out',
    lesser: true,
    value: ({ usage }) => usage.outputTokens,
    shown: (branch) => ofModel(branch, numberOf(branch.usage.outputTokens)),
  },
  { title: 'cost', value: ({ costUsd }) => costUsd ?? -1, shown: (branch) => ofModel(branch, costOf(branch.costUsd)) },
  { title: 'marks', value: (branch) => marksOf(branch).join(), shown: (branch) => marksOf(branch).join(', ') },
];

/**
 * The table of all branches, which can be searched, sorted and opened. It shows a page at a time, so that ten thousand are no
 * burden.
 */
export function showTable(branches: readonly Branch[]): { open(search: string, branch?: Branch): void } {
  const search = find('search') as HTMLInputElement;
  const filter = find('status-filter') as HTMLSelectElement;
  const opened = new Set<Branch>();
  let sortedBy = 0;
  let rising = true;
  let page = 0;

  for (const status of new Set(branches.map((branch) => branch.status))) {
    filter.append(Object.assign(element('option', status), { value: status }));
  }
  const heads = columns.map(({ title, lesser }, at) => {
    const button = element('button', title);
    button.type = 'button';
    button.addEventListener('click', () => {
      rising = sortedBy === at ? !rising : true;
      sortedBy = at;
      page = 0;
      draw();
    });
    const head = element('th', button);
    head.scope = 'col';
    if (lesser === true) head.className = 'lesser';
    return head;
  });
  find('branches-head').append(element('tr', ...heads));
  const again = () => {
    page = 0;
    draw();
  };
  search.addEventListener('input', again);
  filter.addEventListener('change', again);
  find('before').addEventListener('click', () => goOn(-1));
  find('after').addEventListener('click', () => goOn(1));
  draw();
  return {
    open(wanted, branch) {
      search.value = wanted;
      filter.value = '';
      if (branch !== undefined) opened.add(branch);
      again();
      find('branches-section').scrollIntoView({ behavior: 'smooth' });
    },
  };

  function goOn(pages: number): void {
    page += pages;
    draw();
  }

  function draw(): void {
    const wanted = search.value.trim().toLowerCase();
    const found = branches.filter(
      (branch) => (filter.value === '' || branch.status === filter.value) && (wanted === '' || isAbout(branch, wanted)),
    );
    const { value } = columns[sortedBy] as Column;
    const sorted = found.toSorted((one, other) => compare(value(one), value(other)) * (rising ? 1 : -1));
    const pages = Math.max(1, Math.ceil(sorted.length / rowsOfPage));
    page = Math.min(Math.max(0, page), pages - 1);
    for (const [at, head] of heads.entries()) {
      head.ariaSort = at === sortedBy ? (rising ? 'ascending' : 'descending') : 'none';
    }
    find('branches-body').replaceChildren(...sorted.slice(page * rowsOfPage, (page + 1) * rowsOfPage).flatMap(rowsOf));
    find('page').textContent =
      `${numberOf(found.length)} of ${numberOf(branches.length)} branches, page ${page + 1} of ${pages}`;
    (find('before') as HTMLButtonElement).disabled = page === 0;
    (find('after') as HTMLButtonElement).disabled = page >= pages - 1;
  }

  function rowsOf(branch: Branch): HTMLElement[] {
    const isOpen = opened.has(branch);
    const cells = columns.map(({ title, lesser, shown }) => {
      if (title !== 'branch') return classed('td', lesser === true ? 'lesser' : '', shown(branch));
      const button = element('button', shown(branch));
      button.type = 'button';
      button.ariaExpanded = String(isOpen);
      button.addEventListener('click', () => {
        if (!opened.delete(branch)) opened.add(branch);
        draw();
      });
      return element('td', button);
    });
    const row = element('tr', ...cells);
    row.dataset['status'] = branch.status;
    if (!isOpen) return [row];
    const { error, output, model } = branch;
    const lesser = columns
      .filter((column) => column.lesser === true)
      .map(({ title, shown }) => ({ title, text: shown(branch) }))
      .filter(({ text }) => text !== '')
      .map(({ title, text }) => `${title} ${text}`);
    const cell = element(
      'td',
      classed('p', 'beside-heading', [...(model === undefined ? [] : [model]), ...lesser].join(' · ')),
      ...(error === undefined ? [] : [element('p', `${error.type}: ${error.message}`)]),
      ...(output === undefined ? [] : partElements(valueParts(output), 4)),
    );
    cell.colSpan = columns.length;
    return [row, element('tr', cell)];
  }
}

function tokensIn({ usage }: Branch): number {
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
}

/** The text that a search goes through: what a branch said is in it. */
function isAbout({ key, error, output }: Branch, wanted: string): boolean {
  return (
    key.toLowerCase().includes(wanted) ||
    (error !== undefined && `${error.type} ${error.message}`.toLowerCase().includes(wanted)) ||
    (output !== undefined && textOf(output).toLowerCase().includes(wanted))
  );
}

function compare(one: number | string, other: number | string): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return String(one) < String(other) ? -1 : 1;
}
