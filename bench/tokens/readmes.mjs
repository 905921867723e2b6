// English as programmers write it: the README files and licences of the packages that are installed.
import { readdirSync, readFileSync } from 'node:fs';

const packages = new URL('../../node_modules/', import.meta.url);

/**
 * Half of them: the table is measured on the one, and tested on the other.
 *
 * @param {0 | 1} half
 * @returns {string[]}
 */
export function readmes(half) {
  const folders = readdirSync(packages).filter((name) => /^[a-z]/.test(name));
  return folders
    .filter((_, at) => at % 2 === half)
    .flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, packages))
        .filter((name) => /^(?:readme|licen[cs]e)(?:\.\w+)?$/i.test(name))
        .map((name) => readFileSync(new URL(`${folder}/${name}`, packages), 'utf8').slice(0, 12_000)),
    )
    .filter((text) => text.length >= 300);
}
