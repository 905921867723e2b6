export interface SealingKey {
  /** 16 hexadecimal digits that follow from the key, so that a key keeps its id wherever it stands. */
  id: string;
  /** 32 bytes. */
  secret: Uint8Array;
}
export interface Keyring {
  /** Encrypts. */
  first: SealingKey;
  /** All of them decrypt. */
  byId: ReadonlyMap<string, SealingKey>;
}
