/** What a database is for, in the words of its messages. */
export interface PostgresUse {
  /** As in `The journal … cannot be used`. */
  name: 'journal' | 'store';
  /** The variable that names the database. */
  variable: string;
  /** A statement that fails where the tables are missing, and one that makes them. */
  probe: string;
  schema: string;
  /** What may be done where it cannot be used, or is full. */
  elsewhere: string;
  smaller: string;
}
