import { createHash } from 'node:crypto';

import type { DocumentContent, StoredFile } from '../../src/contract/document.js';
import { isFile } from '../../src/contract/document.js';
import type { ModelRequest, PromptPart } from '../../src/contract/model-request.js';
import { shown, valueAt } from '../../src/plan/graph/template.js';
import { fileMark, fileTitle } from '../../src/prompts/graph.js';
import { fileContent } from './document-content.js';
import type { DocumentStore } from './document-content.js';
import { storedValue } from './stored-value.js';

/** A prompt, and the files that it speaks of: each once, after its title. */
export interface WholePrompt {
  text: string;
  files: DocumentContent[];
}

/**
 * The prompt of a request, with the values that it is made of.
 *
 * @throws FanfoldError `DocumentMissing` where a value is not in the store
 */
export async function promptOf(
  { prompt, promptParts, mark }: Pick<ModelRequest, 'prompt' | 'promptParts' | 'mark'>,
  store: DocumentStore,
): Promise<WholePrompt> {
  if (promptParts === undefined) return { text: prompt, files: [] };
  const texts = await Promise.all(promptParts.map((part) => textOf(part, store)));
  const files = await Promise.all(
    filesOf(promptParts).map(async (file) => [fileTitle(file.name), await fileContent(file, store)]),
  );
  return { text: marked(texts.join(''), mark), files: files.flat() };
}

/** A text with its own digest, the first 128 bits of SHA-256, in place of its mark. */
function marked(text: string, mark: string | undefined): string {
  if (mark === undefined) return text;
  const parts = text.split(mark);
  return parts.join(createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32));
}

async function textOf(part: PromptPart, store: DocumentStore): Promise<string> {
  if (typeof part === 'string') return part;
  const { value, path } = part;
  if (isFile(value)) return fileMark(value.name);
  return shown(valueAt(await storedValue(value, store), path));
}

function filesOf(parts: readonly PromptPart[]): StoredFile[] {
  const files = parts.flatMap((part) => (typeof part !== 'string' && isFile(part.value) ? [part.value] : []));
  return files.filter((file, at) => files.findIndex(({ sha256 }) => sha256 === file.sha256) === at);
}

/**
 * A request with the text of its prompt in it, whose files are left out.
 *
 * @throws FanfoldError `DocumentMissing` where a value is not in the store
 */
export async function wholeRequest(request: ModelRequest, store: DocumentStore): Promise<ModelRequest> {
  const { promptParts, mark: _, ...rest } = request;
  return promptParts === undefined ? request : { ...rest, prompt: (await promptOf(request, store)).text };
}

/** What a call reads before its prompt: the document, and the files that the prompt speaks of. */
export function withFiles(
  document: DocumentContent | undefined,
  { files }: Pick<WholePrompt, 'files'>,
): DocumentContent | DocumentContent[] | undefined {
  return files.length === 0 ? document : [...(document === undefined ? [] : [document]), ...files];
}
