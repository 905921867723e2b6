import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type { Reported } from '../contract/reported.js';
import { style } from './style.js';

/** The page's program, as the build has bundled it. */
function reportPagePath(): string {
  return fileURLToPath(new URL('../../report-page.js', import.meta.url));
}

/**
 * A run as one HTML file. It needs no network, and runs no program but its own.
 *
 * @param pagePath the bundled program of the page
 */
export async function reportHtml(reported: Reported, pagePath = reportPagePath()): Promise<string> {
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
<header>
<h1><span id="title"></span> <span id="status"></span></h1>
<p id="error"></p>
<p id="links"></p>
<dl id="facts"></dl>
<p id="fan-in"></p>
</header>
<main>
<section id="approvals-section" aria-labelledby="approvals-heading">
<h2 id="approvals-heading">Waiting to be allowed</h2>
<div id="approvals"></div>
</section>
<section aria-labelledby="time-heading">
<h2 id="time-heading">Time</h2>
<p class="legend"><span class="queued">queued</span> <span class="retries">between tries</span> <span class="model">model, tool or source</span> <span class="other">fanfold and Temporal</span>
↺ from the journal ◆ hedged ×2 attempts ★ critical path</p>
<div id="gantt" role="img" aria-label="A bar for each branch from the fan-out to its end; the table below has the same numbers"></div>
<p>Critical path: <span id="critical-path"></span></p>
</section>
<section id="graph-section" aria-labelledby="graph-heading">
<h2 id="graph-heading">Graph</h2>
<div id="graph" role="img" aria-label="Which node needed which"></div>
</section>
<section aria-labelledby="latency-heading">
<h2 id="latency-heading">Latency</h2>
<div id="histogram" role="img" aria-label="How many branches took how long"></div>
</section>
<section id="contradictions-section" aria-labelledby="contradictions-heading">
<h2 id="contradictions-heading">Contradictions</h2>
<div id="contradictions"></div>
</section>
<section aria-labelledby="output-heading">
<h2 id="output-heading">Result</h2>
<div id="output"></div>
</section>
<section id="branches-section" aria-labelledby="branches-heading">
<h2 id="branches-heading">Branches</h2>
<p class="controls">
<label>Search <input id="search" type="search"></label>
<label>Status <select id="status-filter"><option value="">all</option></select></label>
<button id="before" type="button">Previous page</button>
<button id="after" type="button">Next page</button>
<span id="page" role="status"></span>
</p>
<div class="scrolled" tabindex="0" role="region" aria-labelledby="branches-heading">
<table><thead id="branches-head"></thead><tbody id="branches-body"></tbody></table>
</div>
</section>
</main>
<footer id="written"></footer>
<script id="run" type="application/json">${asData(reported)}</script>
<script>${page}</script>
</body>
</html>
`;
}

/** Embeds JSON so that no text of a run can end the element that it stands in. */
function asData(reported: Reported): string {
  return JSON.stringify(reported).replaceAll('<', String.raw`\u003c`);
}
