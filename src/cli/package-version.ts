import { readFileSync } from 'node:fs';

/** Version of this package, from its package.json three folders up from the compiled file, two from the source. */
export function packageVersion(): string {
  for (const place of ['../../../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (manifest.name === 'fanfold') return manifest.version;
    } catch {
      // Not there: the other layout.
    }
  }
  return '0.0.0';
}
