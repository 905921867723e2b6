import { runProgramOf } from './compiled.js';

// The thread that a worker's workflows run in, Temporal's own, as `scripts/bundle-cli.mjs` has bundled it.
runProgramOf('thread', import.meta.url, process);
