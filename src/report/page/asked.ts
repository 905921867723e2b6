import type { Asked, AskedPrompt } from '../../contract/reported.js';
import { visibleLine } from '../../fold/visible-text.js';
import { leftOut } from '../../fold/approval.js';
import { element, find, preformatted } from './dom.js';
import { classed } from './parts.js';

/** What was asked: the question, the document, the prompts, and the options. */
export function showAsked({ question, document: read, prompts, facts }: Asked): void {
  const into = find('asked');
  if (question !== undefined) into.append(preformatted(question));
  if (facts.length > 0) {
    into.append(
      classed(
        'dl',
        'fields',
        ...facts.flatMap(({ name, value }) => [element('dt', name), element('dd', visibleLine(value))]),
      ),
    );
  }
  if (read !== undefined) {
    const { title, text, left } = read;
    if (text === undefined) into.append(element('p', 'Document: ', element('strong', visibleLine(title))));
    else into.append(folded(`Document: ${title}`, text, ...(left > 0 ? [element('em', leftOut(left))] : [])));
  }
  into.append(...prompts.map(promptElement));
  if (into.childNodes.length === 0) find('asked-section').remove();
}

function promptElement({ key, model, text }: AskedPrompt): HTMLElement {
  return folded(`Prompt of ${key}${model === undefined ? '' : ` (${model})`}`, text);
}

function folded(title: string, text: string, ...rest: readonly HTMLElement[]): HTMLElement {
  return element('details', element('summary', visibleLine(title)), preformatted(text), ...rest);
}
