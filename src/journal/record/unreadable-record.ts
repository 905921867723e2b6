/** Why a record is no answer; the message goes on from "The journal's record …". */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord';
}
