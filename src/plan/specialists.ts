import { instructionFor, specialistInstructions } from '../prompts/perspectives.js';
import type { Perspective } from './perspective.js';

export const defaultPerspectives = ['legal', 'technical', 'financial', 'security'] as const;

/** The perspective of that name: one of fanfold's own, or a general instruction made from the name. */
export function perspectiveOf(name: string): Perspective {
  return {
    key: name,
    instruction: (Object.hasOwn(specialistInstructions, name) && specialistInstructions[name]) || instructionFor(name),
  };
}
