/** @param problem what is wrong with the answer, as a sentence */
export function correctionPrompt(problem: string): string {
  return `${problem} Answer the same question again, with nothing but JSON that fits the schema.`;
}
