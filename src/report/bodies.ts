/** The places of a report that its program fills, for one run: the answer first. */
export const runBody = `<header>
<h1><span id="title"></span> <span id="status"></span></h1>
<p id="run-id"></p>
<p id="error"></p>
<dl id="facts"></dl>
<p id="links"></p>
<nav id="places" aria-label="Parts of this page"></nav>
</header>
<main>
<section id="approvals-section" aria-labelledby="approvals-heading">
<h2 id="approvals-heading">Waiting to be allowed</h2>
<div id="approvals"></div>
</section>
<section aria-labelledby="output-heading">
<h2 id="output-heading">Answer</h2>
<div id="output"></div>
</section>
<section id="contradictions-section" aria-labelledby="contradictions-heading">
<h2 id="contradictions-heading">Contradictions</h2>
<div id="contradictions"></div>
</section>
<section id="asked-section" aria-labelledby="asked-heading">
<h2 id="asked-heading">What was asked</h2>
<div id="asked"></div>
</section>
<section id="graph-section" aria-labelledby="graph-heading">
<h2 id="graph-heading">Graph</h2>
<div id="graph" class="scrolled" tabindex="0" role="region" aria-label="Drawing of the graph"></div>
</section>
<section id="time-section" aria-labelledby="time-heading">
<h2 id="time-heading">Time</h2>
<p class="legend"><span class="queued">queued</span> <span class="retries">between tries</span> <span class="model">model, tool or source</span> <span class="other">fanfold and Temporal</span></p>
<p class="legend">↺ from the journal · ◆ hedged · ×2 attempts · ★ critical path</p>
<div id="gantt" role="img" aria-label="A bar for each branch from the fan-out to its end; the table below has the same numbers"></div>
<p id="critical">Critical path: <span id="critical-path"></span></p>
</section>
<section id="latency-section" aria-labelledby="latency-heading">
<h2 id="latency-heading">Latency</h2>
<div id="histogram" role="img" aria-label="How many branches took how long"></div>
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
<div class="scrolled" tabindex="0" role="region" aria-label="Table of branches">
<table><thead id="branches-head"></thead><tbody id="branches-body"></tbody></table>
</div>
</section>
</main>`;

/** The same for two runs beside each other. */
export const comparedBody = `<header>
<h1 id="title"></h1>
<p id="run-id"></p>
<p id="error"></p>
</header>
<main>
<section aria-labelledby="figures-heading">
<h2 id="figures-heading">Status, latency and cost</h2>
<div id="figures"></div>
</section>
<section id="answers-section" aria-labelledby="answers-heading">
<h2 id="answers-heading">Answers</h2>
<div id="answers"></div>
</section>
<section aria-labelledby="branches-heading">
<h2 id="branches-heading">Branches</h2>
<div id="branches"></div>
</section>
</main>`;
