export { reportHtml } from './report-html.js';
export { reportCsv } from './report-csv.js';
export { comparedMarkdown, reportMarkdown } from './report-markdown.js';
