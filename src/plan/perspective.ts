/** One specialist's reading: a perspective with instructions of its own. */
export interface Perspective {
  key: string;
  instruction: string;
}
