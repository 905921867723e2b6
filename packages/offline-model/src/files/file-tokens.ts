import type { ModelFacts } from '../models.js';
import type { SentFile } from './file-of-block.js';

/** "Each patch is a 28×28 pixel block of the image, referred to as a visual token." */
const patch = 28;

/** "Each page typically uses 1,500-3,000 tokens per page", of text: the offline model does not read it, and counts the most. */
const textOfPage = 3_000;

/** A page is made an image of a size that is not told: the largest that a model sees. */
export function fileTokens(file: SentFile, { visual }: Pick<ModelFacts, 'visual'>): number {
  switch (file.kind) {
    case 'image':
      return imageTokens(file, visual);
    case 'pdf':
      return file.pages * (textOfPage + visual.mostTokens);
    case 'damaged':
      return 0;
  }
}

/**
 * An image is made smaller, its sides in proportion, until it fits a model's limits. The largest that fits is found by bisection.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/vision-coordinates
 */
function imageTokens({ width, height }: { width: number; height: number }, visual: ModelFacts['visual']): number {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const tokensAt = (side: number) => Math.ceil(side / patch) * Math.ceil(otherSide(side) / patch);
  const otherSide = (side: number) => Math.max(1, Math.round((side * short) / long));
  const fits = (side: number) =>
    Math.ceil(side / patch) * patch <= visual.longestSide && tokensAt(side) <= visual.mostTokens;
  if (fits(long)) return tokensAt(long);
  let [least, most] = [1, long];
  while (least + 1 < most) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle;
  }
  return tokensAt(least);
}
