import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A server of a few lines that answers as it is told, also as the SDK's own never would.
 *
 * @param answers JavaScript of an object: a function of `params` by method
 * @param first JavaScript that runs before anything is answered
 * @returns its file
 */
export async function scriptedServer(directory: string, name: string, answers: string, first = ''): Promise<string> {
  const path = join(directory, `${name}.mjs`);
  await writeFile(
    path,
    `import readline from 'node:readline';
${first}
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
const answers = { initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }), ...${answers} };
readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  if (id !== undefined && method !== undefined) send({ id, result: await answers[method](params) });
});
`,
  );
  return path;
}
