import type { ModelRequest } from '../../contract/model-request.js';
import { mostFoundCharacters } from '../../plan/validate-plan.js';

/** A request with its prompt in one piece, as its bound needs it: parts are counted as the text that they make together. */
export function inOnePiece({ promptParts, ...request }: ModelRequest): ModelRequest {
  if (promptParts === undefined) return request;
  const parts = promptParts.map((part) =>
    typeof part === 'string' ? part : 'inline' in part.value ? String(part.value.inline) : '',
  );
  return { ...request, prompt: parts.join('') };
}

/** The same for a check whose hits are not known yet, but the most that they can add is. */
export function withHits<Asked extends { key: string; request: ModelRequest }>(
  { request, ...asked }: Asked,
  hasSources: boolean,
) {
  const whole = inOnePiece(request);
  if (asked.key !== 'facts' || !hasSources) return { ...asked, request: whole };
  return { ...asked, request: { ...whole, prompt: whole.prompt + 'x '.repeat(mostFoundCharacters / 2) } };
}
