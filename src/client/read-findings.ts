import type { Item } from '../contract/lanes.js';
import type { Branch, Run } from '../contract/run.js';
import { mergeFindings } from '../fold/findings.js';
import type { Finding } from '../fold/findings.js';
import { remarksOf } from '../fold/remarks.js';
import type { WidePlan } from '../plan/summarise-plan.js';
import type { FindingsFold } from '../plan/validate-over-plan.js';
import type { BlobStore } from '../store/blob-store.js';

/** What all checks have found in several texts. */
export interface FindingsOfAll {
  output: { findings: Finding[]; unplaced: number };
  contradictions: NonNullable<Run['contradictions']>;
}

/**
 * The findings of a run over several texts, one list in the order of the texts. One text is in memory at a time.
 *
 * @throws FanfoldError `DocumentMissing` where a text was stored elsewhere
 */
export async function readFindings(
  branches: readonly Pick<Branch, 'index' | 'status' | 'output'>[],
  { chunks }: Pick<WidePlan, 'chunks'>,
  { checks, severities, words }: FindingsFold,
  store: Pick<BlobStore, 'readText'>,
): Promise<FindingsOfAll> {
  const ok = new Map(branches.filter(({ status }) => status === 'ok').map(({ index, output }) => [index, output]));
  const all: FindingsOfAll = { output: { findings: [], unplaced: 0 }, contradictions: [] };
  let first = 0;
  for (const chunk of chunks) {
    for (const { key: file, text } of JSON.parse(await store.readText(chunk)) as Item[]) {
      const said = checks.flatMap((check, at) =>
        ok.has(first + at)
          ? [{ check, remarks: remarksOf(check, ok.get(first + at), severities.get(check), words) }]
          : [],
      );
      first += checks.length;
      const { findings, conflicts, unplaced } = mergeFindings(text, said);
      for (const finding of findings) all.output.findings.push({ file, ...finding });
      for (const { key, said: sides } of conflicts) all.contradictions.push({ key: `${file}:${key}`, said: sides });
      all.output.unplaced += unplaced;
    }
  }
  return all;
}
