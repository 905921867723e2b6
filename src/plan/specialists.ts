import { instructionFor, specialistInstructions } from '../prompts/perspectives.js';
import type { Perspective } from './perspective.js';

/** Names of the perspectives that a text is read from by default. */
export const defaultPerspectives = ['legal', 'technical', 'financial', 'security'] as const;

/** The perspective of that name: one of fanfold's own, or a general instruction made from the name. */
export function perspectiveOf(name: string): Perspective {
  return {
    key: name,
    // A name may be one that every object has, such as `constructor`.
    instruction: (Object.hasOwn(specialistInstructions, name) && specialistInstructions[name]) || instructionFor(name),
  };
}
