import type { Branch } from '../../contract/run.js';
import { visibleLine } from '../../fold/visible-text.js';
import { durationOf } from '../answer/texts.js';
import type { Chart } from './chart.js';
import { element, find } from './dom.js';
import { layoutOf } from './graph-layout.js';
import type { Layout } from './graph-layout.js';
import { classed } from './parts.js';

/** Size of a node, and of the room between two levels, in pixels. A narrow screen has narrower nodes. */
const widest = 150;
const narrowest = 100;
const nodeHeight = 58;
const between = 48;

const svg = 'http://www.w3.org/2000/svg';

/**
 * The graph of a run that has one. A node stands behind all nodes that it needs: to their right where there is room for all of
 * them, below them elsewhere. A node that runs for each item is one node.
 */
export function showGraph(
  branches: readonly Branch[],
  edges: readonly { from: string; to: string }[],
  open: (search: string) => void,
): Chart {
  const keys = [
    ...new Set([...branches.map(({ key }) => nodeOf(key)), ...edges.flatMap(({ from, to }) => [from, to])]),
  ];
  const byNode = Map.groupBy(branches, ({ key }) => nodeOf(key));
  const draw = () => {
    const room = find('graph').clientWidth;
    const across = layoutOf(keys, edges, nodeHeight);
    const isDown = across.levels * (widest + between) - between > room;
    const down = [widest, 130, 115, narrowest].map((width) => ({ width, layout: layoutOf(keys, edges, width) }));
    const fits = down.find(({ layout }) => layout.width <= room) ?? down.at(-1);
    const width = isDown ? (fits?.width ?? narrowest) : widest;
    const layout = isDown && fits !== undefined ? fits.layout : across;
    const along = layout.levels * ((isDown ? nodeHeight : width) + between) - between;
    const placeOf = (key: string): Place => {
      const { level = 0, middle = 0, isNode = false } = layout.items.get(key) ?? {};
      const start = level * ((isDown ? nodeHeight : width) + between);
      const end = start + (isDown ? nodeHeight : width);
      return { start, end, middle, isNode };
    };
    const canvas = classed(
      'div',
      'graph-canvas',
      ...keys.map((key) => {
        const { start, middle } = placeOf(key);
        const button = nodeElement(key, byNode.get(key) ?? [], open);
        button.style.width = `${width}px`;
        button.style.height = `${nodeHeight}px`;
        button.style.left = `${isDown ? middle - width / 2 : start}px`;
        button.style.top = `${isDown ? start : middle - nodeHeight / 2}px`;
        return button;
      }),
    );
    canvas.style.width = `${isDown ? layout.width : along}px`;
    canvas.style.height = `${isDown ? along : layout.width}px`;
    canvas.prepend(drawing(layout, placeOf, isDown));
    find('graph').replaceChildren(canvas);
  };
  return { draw, resize: draw };
}

/** The node of an answer about an item, whose key ends with the item's number. */
function nodeOf(key: string): string {
  return key.replace(/\[\d+\]$/, '');
}

function nodeElement(key: string, branches: readonly Branch[], open: (search: string) => void): HTMLButtonElement {
  const name = visibleLine(key);
  const button = classed('button', 'node', classed('strong', 'node-name', name), element('span', toldOf(branches)));
  button.type = 'button';
  button.title = name;
  button.dataset['state'] = stateOf(branches);
  button.addEventListener('click', () => open(key));
  return button;
}

function toldOf(branches: readonly Branch[]): string {
  const [only] = branches;
  if (only === undefined) return 'not ended';
  const took = durationOf(Math.max(...branches.map(({ latency }) => latency.totalMs)));
  if (branches.length === 1 && nodeOf(only.key) === only.key) return only.status === 'ok' ? took : only.status;
  const ok = branches.filter(({ status }) => status === 'ok').length;
  return `${ok} of ${branches.length} · ${took}`;
}

/** A node that was skipped as its condition says is no failure. */
function stateOf(branches: readonly Branch[]): string {
  if (branches.length === 0) return 'open';
  if (branches.every(({ status }) => status === 'skipped')) return 'skipped';
  return branches.every(({ status }) => status === 'ok' || status === 'skipped') ? 'ok' : 'bad';
}

/** Where something begins and ends along the levels, and its middle across them; in pixels. */
interface Place {
  start: number;
  end: number;
  middle: number;
  isNode: boolean;
}

function drawing(layout: Layout, placeOf: (key: string) => Place, isDown: boolean): SVGElement {
  const lines = document.createElementNS(svg, 'svg');
  lines.setAttribute('width', '100%');
  lines.setAttribute('height', '100%');
  lines.setAttribute('aria-hidden', 'true');
  for (const way of layout.ways) {
    const path = document.createElementNS(svg, 'path');
    path.setAttribute('d', pathOf(way.map(placeOf), isDown));
    lines.append(path);
  }
  return lines;
}

/** From the end of one node through all places that it passes to the beginning of another, with a head. */
function pathOf(places: readonly Place[], isDown: boolean): string {
  const point = (along: number, across: number) => (isDown ? `${across} ${along}` : `${along} ${across}`);
  const steps = places.flatMap((place, at) => {
    const last = places[at - 1];
    if (last === undefined) return [`M${point(place.end, place.middle)}`];
    const bend = (last.end + place.start) / 2;
    const curve = `C${point(bend, last.middle)} ${point(bend, place.middle)} ${point(place.start, place.middle)}`;
    return place.isNode ? [curve] : [curve, `L${point(place.end, place.middle)}`];
  });
  const head = isDown ? 'm-4 -7l4 7l4 -7' : 'm-7 -4l7 4l-7 4';
  return `${steps.join('')}${head}`;
}
