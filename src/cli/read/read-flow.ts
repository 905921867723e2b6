import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { isMap, LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

import { checkFlow } from '../../plan/graph/check-flow.js';
import { parseDuration } from '../../contract/duration.js';
import { FanfoldError, InputError } from '../../contract/errors.js';
import type { Flow, FlowProblem } from '../../plan/graph/flow.js';
import type { World } from '../world.js';

/**
 * A flow out of a YAML or JSON file.
 *
 * @throws InputError with every problem, each with file, line and column
 */
export async function readFlow(path: string, world: World): Promise<Flow> {
  const text = await readFile(resolve(world.cwd, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'which does not exist' : error.message;
    throw new InputError(`Expected a flow in YAML or JSON, got \`${path}\`, ${reason}.`);
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    throw new InputError(`${path}:${line}:${col}: ${broken.message.split('\n')[0]}`);
  }
  const { flow, problems } = withDurations(document.toJS() as unknown);
  const all = problems.length > 0 ? problems : checkFlow(flow);
  if (all.length > 0) {
    throw new InputError(
      all.map((problem) => `${path}:${placeOf(problem, document, lines)}: ${problem.message}`).join('\n'),
    );
  }
  return flow;
}

/** In a file a node's time is a duration, `timeout: 30s`. */
function withDurations(read: unknown): { flow: Flow; problems: FlowProblem[] } {
  const problems: FlowProblem[] = [];
  const { nodes } = (read ?? {}) as { nodes?: unknown };
  if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes)) return { flow: read as Flow, problems };
  const converted = Object.entries(nodes).map(([name, node]: [string, unknown]) => {
    if (typeof node !== 'object' || node === null || !('timeout' in node)) return [name, node];
    const { timeout, ...rest } = node;
    try {
      return [name, { ...rest, timeoutMs: parseDuration(String(timeout), 'timeout') }];
    } catch (error) {
      problems.push({
        path: ['nodes', name, 'timeout'],
        message: error instanceof FanfoldError ? error.message : String(error),
      });
      return [name, rest];
    }
  });
  return { flow: { ...(read as Flow), nodes: Object.fromEntries(converted) as Flow['nodes'] }, problems };
}

/** Line and column of the deepest part of a path that the file has. */
function placeOf({ path }: FlowProblem, document: Document, lines: LineCounter): string {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    const name = path[depth - 1];
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(name)) : undefined;
    const node = (pair?.key ?? document.getIn(path.slice(0, depth), true)) as
      | { range?: [number, number, number] }
      | undefined;
    if (node?.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return `${line}:${col}`;
    }
  }
  return '1:1';
}
