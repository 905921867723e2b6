import { once } from 'node:events';

import { findOrStartEmbedded } from '../../src/server/embedded-server.js';
import { joinHome, superviseServer } from '../../src/server/index.js';

// A fanfold process for tests: uses the server of the home it is given until its standard input ends.
const [, , home = ''] = process.argv;
const tell = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const membership = await joinHome({ home, env: process.env, role: 'command' });
const server = await findOrStartEmbedded(membership, process.env);
superviseServer(membership, server, (event) => tell({ event }));
// Ctrl-C in a terminal reaches everybody in the foreground; a participant survives it to see whether the server did.
process.on('SIGINT', () => tell({ event: 'interrupted' }));
tell({ address: server.address });
await once(process.stdin.resume(), 'end');
await membership.leave();
