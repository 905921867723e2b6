import type { ModelRequest } from '../../contract/model-request.js';
import type { Content } from '../read/read-content.js';

/** The models that branches ask. */
export function modelsOf(branches: readonly { request: Pick<ModelRequest, 'model'> }[]): string[] {
  return [...new Set(branches.map(({ request }) => request.model))];
}

/** `1,234 characters`, `3 pages`, `800 x 600 pixels`. */
export function sizeOf({ text, file }: Content): string {
  if (file === undefined) return `${text.length.toLocaleString('en')} characters`;
  const { extent } = file;
  if ('width' in extent) return `${extent.width} x ${extent.height} pixels`;
  return `${extent.pages} ${extent.pages === 1 ? 'page' : 'pages'}`;
}
