/** Claude before 4.7: their tokeniser is the one that later counts are told by. */
const earlier = /^claude-(?:[23]|(?:opus|sonnet|haiku)-4(?:-[0-6])?(?:-20\d{6})?$)/;

/**
 * By how much more tokens a model takes than earlier ones of its maker. The tokeniser of newer models is not public; Anthropic says that "the
 * same input text produces approximately 30 percent more tokens than on earlier models"
 * (platform.claude.com/docs/en/build-with-claude/token-counting). A model that is not known counts as new.
 *
 * @param model as the API names it
 */
export function tokenFactor(model: string): number {
  return earlier.test(model) ? 1 : 1.3;
}
