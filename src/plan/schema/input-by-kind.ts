import type { AgentInput } from '../agent-plan.js';
import type { CompareInput } from '../compare-plan.js';
import type { GatherInput } from '../gather-plan.js';
import type { GraphInput } from '../graph/flow.js';
import type { MapInput } from '../map-plan.js';
import type { PerspectivesInput } from '../perspectives-plan.js';
import type { ResearchInput } from '../research-plan.js';
import type { SummariseInput } from '../summarise-plan.js';
import type { ValidateInput } from '../validate-plan.js';

/** The input of each kind of run. */
export interface InputByKind {
  perspectives: PerspectivesInput;
  summarise: SummariseInput;
  gather: GatherInput;
  validate: ValidateInput;
  graph: GraphInput;
  agent: AgentInput;
  compare: CompareInput;
  research: ResearchInput;
  map: MapInput;
}
