/** Where text stands in a table that the document itself says is one (ISO 32000-1, 14.8.4.3.4). */
export interface TaggedCell {
  table: number;
  /** Numbers of its row and of the cell in that; cells without text are not counted. */
  row: number;
  cell: number;
}

/** A node of what PDF.js calls the structure tree of a page. */
export interface StructureNode {
  role?: string;
  id?: string;
  children?: readonly StructureNode[];
}

/** The cells of the tables of a page, by the ids of their content. A table in another one belongs to the cell that it is in. */
export function taggedCells(tree: StructureNode | null): ReadonlyMap<string, TaggedCell> {
  const cells = new Map<string, TaggedCell>();
  let tables = 0;
  const within = (node: StructureNode, at: TaggedCell) => {
    if (node.id !== undefined) cells.set(node.id, at);
    for (const child of node.children ?? []) within(child, at);
  };
  const rowsIn = (node: StructureNode): StructureNode[] =>
    node.role === 'TR' ? [node] : (node.children ?? []).flatMap((child) => rowsIn(child));
  const look = (node: StructureNode) => {
    if (node.role !== 'Table') return (node.children ?? []).forEach((child) => look(child));
    for (const [row, { children = [] }] of rowsIn(node).entries()) {
      for (const [cell, child] of children.entries()) within(child, { table: tables, row, cell });
    }
    tables += 1;
  };
  if (tree !== null) look(tree);
  return cells;
}
