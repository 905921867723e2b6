import type { Branch, Run } from '../../contract/run.js';
import { callKeys } from '../../fold/approval.js';
import type { AnswerPart, SectionPart } from './parts.js';
import { textOf } from './texts.js';
import { valueParts } from './value-parts.js';

interface Call {
  name: string;
  input: unknown;
}

/** An agent's conversation, turn by turn: what the model said, and each call with its input and what came back. */
export function conversationParts({ branches, approvals = [] }: Run): SectionPart[] {
  const turns: SectionPart[] = [];
  let calls = new Map<string, Call>();
  let parts: AnswerPart[] = [];
  for (const [at, branch] of branches.entries()) {
    if (isTurn(branch)) {
      const said = saidIn(branch);
      const next = branches.findIndex((later, place) => place > at && isTurn(later));
      // What waits belongs to the last turn.
      const rest = next < 0 ? [...branches.slice(at + 1), ...approvals] : branches.slice(at + 1, next);
      calls = callsByKey(said.calls, keysOf(branches.slice(0, at)), keysOf(rest));
      parts = [...said.parts];
      turns.push({ part: 'section', title: `Turn ${branch.key.slice('turn-'.length)}`, parts, ...noteOf(branch) });
      continue;
    }
    parts.push(callPart(branch, calls.get(branch.key)));
  }
  for (const { key, input } of approvals) {
    parts.push({
      part: 'section',
      title: key,
      note: 'waits to be allowed',
      parts: input === undefined ? [] : [{ part: 'code', text: textOf(input) }],
    });
  }
  return turns;
}

function isTurn({ key }: Branch): boolean {
  return key.startsWith('turn-');
}

function keysOf(of: readonly { key: string }[]): string[] {
  return of.map(({ key }) => key);
}

/**
 * The calls of a turn by their keys, as far as these are known: a call that still goes on has no branch yet.
 *
 * @param before keys of all branches before the turn's calls
 * @param here keys of the turn's calls that have ended, or wait to be allowed
 */
function callsByKey(calls: readonly Call[], before: readonly string[], here: readonly string[]): Map<string, Call> {
  const names = [...before, ...here].map((key) => key.slice(0, key.lastIndexOf('-')));
  const keys = callKeys(
    calls,
    names.map((name) => ({ name })),
    before,
  );
  // A tool of which no call has ended looks like a name that the model has made up.
  const unknown = (all: readonly string[]) => all.filter((key) => key.startsWith('unknown-')).length;
  const isTold = unknown(keys) === unknown(here);
  const pairs = calls.map((call, at): [string, Call] => [keys[at] ?? '', call]);
  return new Map(pairs.filter(([key]) => isTold || !key.startsWith('unknown-')));
}

function saidIn({ output, status, error }: Branch): { parts: AnswerPart[]; calls: Call[] } {
  const lost: AnswerPart[] =
    status === 'ok'
      ? []
      : [{ part: 'note', text: error === undefined ? status : `${status}: ${error.message}`, tone: 'bad' }];
  if (typeof output !== 'object' || output === null) {
    return { parts: [...lost, ...(output === undefined ? [] : valueParts(output))], calls: [] };
  }
  const { text, calls = [] } = output as { text?: unknown; calls?: readonly Call[] };
  const says: AnswerPart[] = typeof text === 'string' && text.trim() !== '' ? [{ part: 'text', text }] : [];
  return { parts: [...lost, ...says], calls: [...calls] };
}

function callPart(branch: Branch, call: Call | undefined): SectionPart {
  const { key, status, error, output } = branch;
  const came: AnswerPart[] =
    status === 'ok'
      ? typeof output === 'string' || output === undefined
        ? [{ part: 'code', text: textOf(output ?? '') }]
        : valueParts(output, 1)
      : [{ part: 'note', text: error === undefined ? status : `${status}: ${error.message}`, tone: 'bad' }];
  const asked: AnswerPart[] =
    call === undefined ? [] : [{ part: 'code', text: `${call.name}(${JSON.stringify(call.input, null, 2)})` }];
  return { part: 'section', title: key, parts: [...asked, ...came], ...noteOf(branch) };
}

function noteOf({ model, reused }: Branch): { note?: string } {
  const facts = [...(model === undefined ? [] : [model]), ...(reused ? ['from the journal'] : [])];
  return facts.length === 0 ? {} : { note: facts.join(', ') };
}
