import { find } from './dom.js';

/** What the page shows: it stands in the script element `run`, as JSON, or compressed where it is large. */
export async function readContent<Content>(): Promise<Content> {
  const script = find('run') as HTMLScriptElement;
  if (script.type === 'application/json') return JSON.parse(script.textContent) as Content;
  const bytes = Uint8Array.from(atob(script.textContent), (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(plain).json()) as Content;
}
