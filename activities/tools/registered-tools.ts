import type { ToolBy } from '../../src/contract/tool.js';
import { loadTools, McpServers } from '../../src/tools/index.js';
import type { ToolRegistry } from '../../src/tools/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import { orAborted } from '../branch/or-aborted.js';
import { toolFailure } from './tool-failure.js';

type RegisteredTool = Extract<ToolBy, { kind: 'registered' }>;

/** Tools of modules and MCP servers that the worker's home knows. */
export class RegisteredTools {
  readonly #servers: McpServers;

  constructor(
    readonly registry: Pick<ToolRegistry, 'read'> | undefined,
    env: NodeJS.ProcessEnv,
    secrets: Secrets,
  ) {
    this.#servers = new McpServers(env, secrets);
  }

  /** @throws ApplicationFailure `ToolFailed` where the input does not fit or the home does not know it; else what the tool throws */
  async call({ sha256, tool: name }: RegisteredTool, input: object, signal: AbortSignal): Promise<unknown> {
    const registered = await this.registry?.read(sha256);
    if (registered === undefined) {
      throw toolFailure(`This worker's home does not know \`${name}\`: tools of one's own run where they were named.`);
    }
    if ('mcp' in registered) {
      return this.#servers.call(registered.mcp, name, input as Record<string, unknown>, signal);
    }
    const tools = await loadTools(registered.module).catch((error: Error) => {
      throw toolFailure(error.message);
    });
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined) throw toolFailure(`\`${registered.module}\` has no tool \`${name}\` any more.`);
    const parsed = tool.input.safeParse(input);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw toolFailure(
        `The input of \`${name}\` does not fit: at ${issue?.path.join('.') || 'the top'}, ${issue?.message ?? ''}.`,
      );
    }
    signal.throwIfAborted();
    // A tool that does not heed its signal must not hold the activity.
    const running = (async () => tool.run(parsed.data, { signal }))();
    return orAborted(running, signal);
  }
}
