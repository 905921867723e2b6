import type { Cassette, CassetteSettings } from './cassette.js';

/** Opens a cassette. It reads and writes YAML, which is loaded for this alone. */
export async function openCassette(settings: CassetteSettings): Promise<Cassette> {
  const { Cassette: Opened } = await import('./cassette.js');
  return new Opened(settings);
}
