import type { Stored } from '../../src/contract/stored.js';
import type { Branch } from '../engine/branch.js';

/** One node of a graph, as the engine sees it. Its values are its front's own. */
export type GraphNode = AskingNode | FoldingNode;

interface Named {
  key: string;
  /** Nodes that must have ended before. */
  needs: readonly string[];
}

/** A node that runs a branch, or one for each item of a list. */
export interface AskingNode extends Named {
  /** What becomes of the run where a branch is not ok: it fails, goes on without its output, or with `fallback`. */
  onError: 'fail' | 'skip' | 'fallback';
  fallback?: unknown;
  /** Why it is not meant to run, where it is not; asked when its needs have ended. */
  leftOut?(): string | undefined;
  /** What it runs for each of, where that is more than once. */
  items?: () => readonly unknown[];
  /** What it runs when its needs have ended. */
  branch(key: string, item?: unknown): Branch;
  /** Takes in its outputs, each in the place of its item; `undefined` where there is none. */
  write(outputs: readonly (Stored<unknown> | undefined)[]): void;
}

/** A node that brings values together in code. It asks nothing, has no branch, and must not throw. */
export interface FoldingNode extends Named {
  fold(): void;
}

export function isFolding(node: GraphNode): node is FoldingNode {
  return 'fold' in node;
}
