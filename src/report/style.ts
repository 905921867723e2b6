/** Colours, light and dark. Those of the parts can be told apart without seeing red or green (Okabe and Ito). */
export const style = `
:root { --text: #1c2128; --dim: #5b6470; --page: #ffffff; --panel: #f5f7f9; --line: #d3d9e0; --queued: #9aa5b1; --retries: #d55e00; --model: #0072b2; --other: #c9d1d9; --bad: #b3261e; --good: #1a7f37; --warn: #9a6700; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --dim: #9aa5b1; --page: #0d1117; --panel: #161b22; --line: #30363d; --queued: #6e7681; --retries: #f0883e; --model: #58a6ff; --other: #3b424b; --bad: #ff7b72; --good: #56d364; --warn: #e3b341; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1200px; padding: 16px; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
h1 { font-size: 24px; margin: 0 0 8px; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 24px 0 8px; } h3 { font-size: 15px; margin: 8px 0; }
p { margin: 4px 0; } p:empty { display: none; }
a { color: var(--model); }
#status { display: inline-block; white-space: nowrap; font-size: 15px; padding: 2px 8px; border: 1px solid currentColor; border-radius: 12px; color: var(--warn); }
#status[data-status=complete] { color: var(--good); } #status[data-status=failed], #status[data-status=cancelled], #error { color: var(--bad); }
#links { display: flex; flex-wrap: wrap; gap: 16px; color: var(--dim); }
#places { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0; }
#facts { display: flex; flex-wrap: wrap; gap: 8px; margin: 12px 0; }
#facts div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 6px 12px; }
#approvals dl { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 8px 12px; margin: 8px 0; }
#approvals dd { white-space: pre-wrap; overflow-wrap: anywhere; font-weight: 400; padding-left: 12px; border-left: 2px solid var(--line); } #approvals em { color: var(--warn); }
dt { color: var(--dim); font-size: 12px; } dd { margin: 0; font-weight: 600; }
.legend { color: var(--dim); font-size: 13px; }
.legend span::before { content: ''; display: inline-block; width: 10px; height: 10px; margin: 0 4px 0 8px; }
.legend .queued::before { background: var(--queued); } .legend .retries::before { background: var(--retries); } .legend .model::before { background: var(--model); } .legend .other::before { background: var(--other); }
#gantt { width: 100%; min-height: 120px; } #histogram { width: 100%; height: 220px; } #graph { width: 100%; padding: 4px 0; }
#run-id { color: var(--dim); font-size: 13px; overflow-wrap: anywhere; }
#output > section, #branches > section, #branches > div > section { border-top: 1px solid var(--line); margin-top: 16px; }
.markdown { max-width: 80ch; overflow-wrap: anywhere; } .markdown p { margin: 8px 0; } .markdown h4 { font-size: 16px; margin: 16px 0 4px; } .markdown h5, .markdown h6 { font-size: 15px; margin: 12px 0 4px; }
.markdown ul, .markdown ol { padding-inline-start: 24px; margin: 8px 0; } .markdown pre { overflow-x: auto; }
code { background: var(--panel); border-radius: 4px; padding: 1px 4px; font-size: .92em; } pre code { padding: 0; background: none; }
blockquote { margin: 8px 0; padding: 2px 12px; border-inline-start: 3px solid var(--line); color: var(--dim); overflow-wrap: anywhere; }
section section section { padding-left: 12px; border-left: 2px solid var(--line); margin: 8px 0; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 16px; }
.beside > section, section section .beside > section { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0 12px 8px; margin: 8px 0; min-width: 0; }
.beside pre, .beside code { background: var(--page); }
.beside-heading { color: var(--dim); font-size: 13px; font-weight: 400; overflow-wrap: anywhere; }
.note { color: var(--dim); overflow-wrap: anywhere; } .note[data-tone=waits] { color: var(--warn); } .note[data-tone=bad] { color: var(--bad); }
.fields dd { font-weight: 400; margin-bottom: 8px; padding-left: 12px; border-left: 2px solid var(--line); overflow-wrap: anywhere; } .fields dt { font-size: 13px; }
.sources li, .findings li { margin: 10px 0; overflow-wrap: anywhere; } .sources { padding-left: 32px; } .findings { list-style: none; padding: 0; }
.address { color: var(--dim); font-size: 13px; } .sources li:target { background: var(--panel); }
.severity { font-size: 12px; padding: 1px 6px; border: 1px solid currentColor; border-radius: 10px; color: var(--dim); } .severity[data-severity=error] { color: var(--bad); } .severity[data-severity=warning] { color: var(--warn); }
del { text-decoration-color: var(--bad); } ins { color: var(--good); text-decoration: none; }
.more { margin: 8px 0; }
details { margin: 8px 0; } summary { cursor: pointer; overflow-wrap: anywhere; }
.graph-canvas { position: relative; margin: 0 auto; } .graph-canvas svg { position: absolute; inset: 0; fill: none; stroke: var(--dim); stroke-width: 1.5; overflow: visible; }
.node { position: absolute; padding: 4px 8px; display: flex; flex-direction: column; align-items: center; justify-content: center; border: 2px solid var(--model); background: var(--panel); font-size: 12px; line-height: 1.3; }
.node > * { max-width: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .node .node-name { font-size: 12px; line-height: 1.2; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; white-space: normal; overflow-wrap: anywhere; text-align: center; flex-shrink: 0; }
.node[data-state=bad] { border-color: var(--bad); } .node[data-state=skipped], .node[data-state=open] { border-style: dashed; border-color: var(--dim); color: var(--dim); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 12px; max-height: 480px; overflow: auto; }
.controls { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; }
input, select, button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 4px 8px; }
button { cursor: pointer; } button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 2px solid var(--model); outline-offset: 1px; }
.scrolled { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: start; padding: 4px 8px; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
td[colspan] { white-space: normal; } td[colspan] .markdown { max-width: none; }
#output td, #output th, #figures td, .markdown td { white-space: normal; overflow-wrap: break-word; min-width: 6ch; max-width: 60ch; }
tr > td.lesser, tr > th.lesser { color: var(--dim); }
@media (max-width: 640px) { .lesser { display: none; } body { padding: 12px; } h1 { font-size: 20px; } th, td { white-space: normal; } section section section { padding-left: 8px; } #facts div { padding: 4px 8px; } }
th button, td button { border: 0; padding: 0; background: none; font-weight: 600; text-align: left; }
td button { color: var(--model); white-space: normal; overflow-wrap: anywhere; }
th[aria-sort=ascending] button::after { content: ' ▲'; } th[aria-sort=descending] button::after { content: ' ▼'; }
tr[data-status]:not([data-status=ok], [data-status=skipped], [data-status=late]) td:nth-child(3) { color: var(--bad); font-weight: 600; }
@media print { :root { --text: #1c2128; --dim: #4a525c; --page: #ffffff; --panel: #f5f7f9; --line: #d3d9e0; --queued: #9aa5b1; --retries: #d55e00; --model: #0072b2; --other: #c9d1d9; --bad: #b3261e; --good: #1a7f37; --warn: #7a5200; } body { max-width: none; padding: 0; font-size: 12px; } #places, .controls { display: none; } pre { max-height: none; overflow: visible; } .scrolled { overflow: visible; } table { font-size: 11px; } th, td { white-space: normal; overflow-wrap: break-word; } thead { display: table-header-group; } tr, li, .node, #gantt, #histogram { break-inside: avoid; } h1, h2, h3, h4, h5, h6 { break-after: avoid; } }
footer { margin: 24px 0; color: var(--dim); font-size: 13px; }
`;
