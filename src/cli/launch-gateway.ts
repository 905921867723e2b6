import { runProgramOf } from './compiled.js';

// The process of a home's gateway, as `scripts/bundle-cli.mjs` has bundled `gateway-main.ts`.
runProgramOf('gateway', import.meta.url, process);
