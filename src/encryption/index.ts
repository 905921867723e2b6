export { openSealed, seal } from './cipher.js';
export { readKeyring } from './keyring.js';
export type { Keyring, SealingKey } from './sealing-key.js';
export { Unreadable } from './unreadable.js';
