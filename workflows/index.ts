export { agent } from './agent.js';
export { compare } from './compare.js';
export { gather } from './gather.js';
export { graph } from './graph.js';
export { perspectives } from './perspectives.js';
export { research } from './research.js';
export { summarise } from './summarise.js';
export { validate } from './validate.js';
