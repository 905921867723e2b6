import type { Branch } from '../../contract/run.js';
import { visibleLine } from '../../fold/visible-text.js';
import { durationOf } from '../answer/texts.js';
import type { Chart } from './chart.js';
import { element, find } from './dom.js';
import { classed } from './parts.js';

/** Size of a node and of the room between two, in pixels. */
const node = { width: 150, height: 50 };
const gap = { along: 48, across: 16 };

const svg = 'http://www.w3.org/2000/svg';

interface Edge {
  from: string;
  to: string;
}

/** A node of the graph, with its own branch, or those of its items. */
interface Node {
  key: string;
  branches: readonly Branch[];
  level: number;
  place: number;
}

/**
 * The graph of a run that has one. A node stands behind all nodes that it needs: to their right where there is room for all of
 * them, below them elsewhere. A node that runs for each item is one node.
 */
export function showGraph(branches: readonly Branch[], edges: readonly Edge[], open: (search: string) => void): Chart {
  const nodes = placed(branches, edges);
  const levels = Math.max(0, ...nodes.map(({ level }) => level)) + 1;
  const widest = Math.max(1, ...nodes.map(({ place }) => place + 1));
  const draw = () => {
    const room = find('graph');
    const across = levels * (node.width + gap.along) - gap.along;
    const down = widest * (node.width + gap.across) - gap.across;
    const isDown = across > room.clientWidth && down < across;
    const [width, height] = isDown
      ? [down, levels * (node.height + gap.along) - gap.along]
      : [across, widest * (node.height + gap.across) - gap.across];
    const at = ({ level, place }: Node) => {
      const those = nodes.filter((each) => each.level === level).length;
      const middle = place + (widest - those) / 2;
      return isDown
        ? { x: middle * (node.width + gap.across), y: level * (node.height + gap.along) }
        : { x: level * (node.width + gap.along), y: middle * (node.height + gap.across) };
    };
    const canvas = classed('div', 'graph-canvas', ...nodes.map((each) => nodeElement(each, at(each), open)));
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    canvas.prepend(lines(nodes, edges, at, isDown, width, height));
    room.replaceChildren(canvas);
  };
  return { draw, resize: draw };
}

/** Nodes by level, each level in the order that crosses the fewest lines to the one before. */
function placed(branches: readonly Branch[], edges: readonly Edge[]): Node[] {
  const keys = [
    ...new Set([...branches.map(({ key }) => nodeOf(key)), ...edges.flatMap(({ from, to }) => [from, to])]),
  ];
  const levels = new Map<string, number>();
  const levelOf = (key: string): number => {
    const known = levels.get(key);
    if (known !== undefined) return known;
    levels.set(key, 0);
    const level = Math.max(0, ...edges.filter(({ to }) => to === key).map(({ from }) => levelOf(from) + 1));
    levels.set(key, level);
    return level;
  };
  const byKey = new Map<string, Node>();
  for (const [level, those] of [...Map.groupBy(keys, levelOf)].toSorted(([one], [other]) => one - other)) {
    const wish = (key: string) => {
      const needs = edges.filter(({ to }) => to === key).map(({ from }) => byKey.get(from)?.place ?? 0);
      return needs.length === 0 ? 0 : needs.reduce((sum, place) => sum + place, 0) / needs.length;
    };
    for (const [place, key] of those.toSorted((one, other) => wish(one) - wish(other)).entries()) {
      byKey.set(key, { key, level, place, branches: branches.filter((branch) => nodeOf(branch.key) === key) });
    }
  }
  return [...byKey.values()];
}

/** The node of an answer about an item, whose key ends with the item's number. */
function nodeOf(key: string): string {
  return key.replace(/\[\d+\]$/, '');
}

function nodeElement({ key, branches }: Node, { x, y }: { x: number; y: number }, open: (search: string) => void) {
  const button = classed(
    'button',
    'node',
    classed('strong', 'node-name', visibleLine(key)),
    element('span', toldOf(branches)),
  );
  button.type = 'button';
  button.title = visibleLine(key);
  button.dataset['state'] = stateOf(branches);
  button.style.left = `${x}px`;
  button.style.top = `${y}px`;
  button.addEventListener('click', () => open(key));
  return button;
}

function toldOf(branches: readonly Branch[]): string {
  const [only] = branches;
  if (only === undefined) return 'not begun';
  const took = durationOf(Math.max(...branches.map(({ latency }) => latency.totalMs)));
  if (branches.length === 1 && nodeOf(only.key) === only.key) return only.status === 'ok' ? took : only.status;
  const ok = branches.filter(({ status }) => status === 'ok').length;
  return `${ok} of ${branches.length} items · ${took}`;
}

/** A node that was skipped as its condition says is no failure. */
function stateOf(branches: readonly Branch[]): string {
  if (branches.length === 0) return 'open';
  if (branches.every(({ status }) => status === 'skipped')) return 'skipped';
  return branches.every(({ status }) => status === 'ok' || status === 'skipped') ? 'ok' : 'bad';
}

function lines(
  nodes: readonly Node[],
  edges: readonly Edge[],
  at: (node: Node) => { x: number; y: number },
  isDown: boolean,
  width: number,
  height: number,
): SVGElement {
  const drawing = document.createElementNS(svg, 'svg');
  drawing.setAttribute('width', String(width));
  drawing.setAttribute('height', String(height));
  drawing.setAttribute('aria-hidden', 'true');
  for (const { from, to } of edges) {
    const [start, end] = [from, to].map((key) => nodes.find((each) => each.key === key));
    if (start === undefined || end === undefined) continue;
    const path = document.createElementNS(svg, 'path');
    path.setAttribute('d', curve(at(start), at(end), isDown));
    drawing.append(path);
  }
  return drawing;
}

/** From the end of one node to the beginning of another, with a head. */
function curve(from: { x: number; y: number }, to: { x: number; y: number }, isDown: boolean): string {
  const { width, height } = node;
  if (isDown) {
    const [x, y, endX, endY] = [from.x + width / 2, from.y + height, to.x + width / 2, to.y];
    const bend = (endY - y) / 2;
    return `M${x} ${y}C${x} ${y + bend} ${endX} ${endY - bend} ${endX} ${endY}m-4 -7l4 7l4 -7`;
  }
  const [x, y, endX, endY] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
  const bend = (endX - x) / 2;
  return `M${x} ${y}C${x + bend} ${y} ${endX - bend} ${endY} ${endX} ${endY}m-7 -4l7 4l-7 4`;
}
