/** Why sealed bytes, or what holds them, cannot be read; the message goes on from "The journal's record …" and the like. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';

  constructor(
    message: string,
    /** Whether somebody with another key may read it. */
    readonly lacksKey = false,
  ) {
    super(message);
  }
}
