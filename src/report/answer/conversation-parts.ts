import type { Branch, Run } from '../../contract/run.js';
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
  let calls: Call[] = [];
  let parts: AnswerPart[] = [];
  let seen = 0;
  for (const branch of branches) {
    if (branch.key.startsWith('turn-')) {
      const said = saidIn(branch);
      ({ calls } = said);
      parts = [...said.parts];
      seen = 0;
      turns.push({ part: 'section', title: `Turn ${branch.key.slice('turn-'.length)}`, parts, ...noteOf(branch) });
      continue;
    }
    parts.push(callPart(branch, calls[seen]));
    seen += 1;
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
