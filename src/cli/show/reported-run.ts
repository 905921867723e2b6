import type { RunView } from '../../client/index.js';
import { beginningOf } from '../../contract/cut-text.js';
import { isFile } from '../../contract/document.js';
import { memoOf } from '../../contract/memo.js';
import type { Chunk, Item } from '../../contract/lanes.js';
import type { AskedDocument, Reported } from '../../contract/reported.js';
import type { Run } from '../../contract/run.js';
import { askedIn, askedRows } from '../../plan/asked.js';
import type { AskedInput } from '../../plan/asked.js';
import { subjectOf } from '../../plan/subject-of.js';
import type { CompareInput } from '../../plan/compare-plan.js';
import type { MapInput } from '../../plan/map-plan.js';
import type { Session } from '../home/session.js';

/** Most of a document that a report repeats, in UTF-16 code units: enough to see what was read. */
const longestDocument = 20_000;

/** Most rows whose columns a report repeats. */
const mostRows = 2_000;

/** Kinds that ask about the rows of a table. */
const hasRows = ['map', 'compare'];

/** A run with what was asked of it. */
export async function reportedRun(
  view: RunView,
  run: Run,
  { client, store }: Pick<Session, 'client' | 'store'>,
): Promise<Omit<Reported, 'writtenAt' | 'version'>> {
  const about = await titleInMemo(client, run);
  const { document, title, ...asked } = askedIn(view.kind, view.ownInput ?? view.input, view.planned.policy);
  const rows = hasRows.includes(view.kind) ? await rowsOf(view.input as MapInput | CompareInput, store) : undefined;
  return {
    run,
    edges: view.planned.edges ?? [],
    asked: {
      ...asked,
      startedAt: new Date(view.startedAtMs).toISOString(),
      by: view.startedBy,
      ...(about !== undefined && { title: about }),
      ...(document !== undefined && { document: await documentOf(document, title, store) }),
      ...(rows !== undefined && { rows }),
    },
  };
}

/** What `list` calls it. A server that no longer tells of it, or a memo without its key, is no reason to have no report. */
async function titleInMemo(client: Session['client'], { workflowId, runId }: Run): Promise<string | undefined> {
  const described = await client.workflow
    .getHandle(workflowId, runId)
    .describe()
    .catch(() => undefined);
  return memoOf(described?.memo)?.title;
}

async function documentOf(
  document: NonNullable<AskedInput['document']>,
  title: string | undefined,
  store: Session['store'],
): Promise<AskedDocument> {
  if (isFile(document)) return { title: title ?? document.name, left: 0 };
  const unnamed = 'the document';
  // A text that is stored elsewhere is no reason to have no report.
  const value = 'inline' in document ? document.inline : await store.readText(document).catch(() => undefined);
  if (typeof value !== 'string') return { title: title ?? unnamed, left: 0 };
  const text = beginningOf(value, longestDocument);
  return { title: title ?? subjectOf(value) ?? unnamed, text, left: value.length - text.length };
}

/** The columns of rows, wherever they are; none of a table that is too long to be repeated. */
async function rowsOf(
  input: MapInput | CompareInput,
  store: Session['store'],
): Promise<NonNullable<Reported['asked']['rows']>> {
  const { chunks = [] } = input;
  if (chunks.reduce((sum, { count }) => sum + count, 0) > mostRows) return {};
  const items = await Promise.all(chunks.map((chunk) => itemsOf(chunk, store)));
  return askedRows({ rows: [...('rows' in input ? (input.rows ?? []) : []), ...items.flat()] });
}

async function itemsOf(chunk: Chunk, store: Session['store']): Promise<Item[]> {
  const text = await store.readText(chunk).catch(() => '[]');
  return JSON.parse(text) as Item[];
}
