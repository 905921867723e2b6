import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import type { Compared, Reported } from '../contract/reported.js';
import { comparedBody, runBody } from './bodies.js';
import { style } from './style.js';

/** Content of more UTF-16 code units is compressed: of ten thousand branches a tenth is left, which a phone loads sooner. */
const largestPlain = 500_000;

/** The page's program, as the build has bundled it. */
function reportPagePath(): string {
  return fileURLToPath(new URL('../../report-page.js', import.meta.url));
}

/**
 * A run, or two beside each other, as one HTML file. It needs no network, and runs no program but its own.
 *
 * @param pagePath the bundled program of the page
 */
export async function reportHtml(content: Reported | Compared, pagePath = reportPagePath()): Promise<string> {
  const page = (await readFile(pagePath, 'utf8')).replaceAll('</script', String.raw`<\/script`);
  const hash = createHash('sha256').update(page).digest('base64');
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>fanfold</title>
<style>${style}</style>
</head>
<body>
${'compared' in content ? comparedBody : runBody}
<footer id="written"></footer>
${await asData(content)}
<script>${page}</script>
</body>
</html>
`;
}

/** Embeds JSON so that no text of a run can end the element that it stands in. */
async function asData(content: Reported | Compared): Promise<string> {
  const json = JSON.stringify(content);
  if (json.length > largestPlain) {
    const packed = await promisify(gzip)(json);
    return `<script id="run" type="application/gzip">${packed.toString('base64')}</script>`;
  }
  return `<script id="run" type="application/json">${json.replaceAll('<', String.raw`\u003c`)}</script>`;
}
