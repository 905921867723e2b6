import type { Kind } from '../../contract/names.js';
import { agentInput } from './agent.js';
import { compareInput } from './compare.js';
import { gatherInput } from './gather.js';
import { graphInput } from './graph.js';
import { mapInput } from './map.js';
import { perspectivesInput } from './perspectives.js';
import { researchInput } from './research.js';
import { summariseInput } from './summarise.js';
import { validateInput } from './validate.js';
import type { ObjectSchema } from './schema.js';

/** What the input of each kind is held against, by workflows and by whoever starts them. */
export const inputSchemas = {
  perspectives: perspectivesInput,
  summarise: summariseInput,
  gather: gatherInput,
  validate: validateInput,
  graph: graphInput,
  agent: agentInput,
  compare: compareInput,
  research: researchInput,
  map: mapInput,
} as const satisfies Record<Kind, ObjectSchema>;
