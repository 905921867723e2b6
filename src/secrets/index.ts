export { shownAddress, withoutUser } from './address.js';
export { headerFault, sentHeader } from './header.js';
export { looksSecret } from './looks-secret.js';
export { Secrets } from './secrets.js';
