export { CpuPool } from './cpu-pool.js';
export { outOfTime } from './within-limit.js';
export type { Limited } from './within-limit.js';
export type { PdfText } from './tasks/read-pdf.js';
