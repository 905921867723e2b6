import type { ToolBy } from '../../src/contract/tool.js';
import { jsonSchemaOf, loadTools, McpServers } from '../../src/tools/index.js';
import type { ModuleTool, Policy } from '../../src/tools/index.js';
import type { Secrets } from '../../src/secrets/index.js';
import { notAllowed } from '../branch/allowed.js';
import { orAborted } from '../../src/cpu/index.js';
import { fitsOf } from '../../src/model/call/schema-fit.js';
import type { Fit, PatternHost } from '../../src/model/call/schema-fit.js';
import { resultOf } from './result-parts.js';
import { toolFailure, uncheckedInput } from './tool-failure.js';

type RegisteredTool = Extract<ToolBy, { kind: 'registered' }>;

/** Tools of modules and MCP servers that the worker may run. */
export class RegisteredTools {
  readonly #servers: McpServers;

  constructor(
    readonly policy: Policy,
    env: NodeJS.ProcessEnv,
    secrets: Secrets,
  ) {
    this.#servers = new McpServers(env, secrets);
  }

  /** @throws ApplicationFailure `NotAllowed` where it may not be run, `ToolFailed` where the input does not fit; else what the tool throws */
  async call(
    { sha256, tool: name }: RegisteredTool,
    input: object,
    host: PatternHost,
    signal: AbortSignal,
  ): Promise<unknown> {
    const registered = await this.policy.runnable(sha256);
    if (registered === undefined) {
      throw notAllowed(
        `This worker does not allow the module or MCP server of \`${name}\`. ${this.policy.advice('tools', 'mcpServers')}`,
      );
    }
    if ('mcp' in registered) {
      const parts = this.#servers.call(registered.mcp, name, input as Record<string, unknown>, signal);
      // A server that is still being reached does not heed the signal.
      return resultOf(await orAborted(parts, signal));
    }
    const tools = await loadTools(registered.module).catch((error: Error) => {
      throw toolFailure(error.message);
    });
    const tool = tools.find((each) => each.name === name);
    if (tool === undefined) throw toolFailure(`\`${registered.module}\` has no tool \`${name}\` any more.`);
    await tryPatterns(tool, input, host);
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

/**
 * Runs the patterns of a module's schema in a thread first. Where they take too long over the model's input, zod never sees it.
 *
 * @throws ApplicationFailure `TimedOut`
 */
async function tryPatterns(tool: ModuleTool, input: object, host: PatternHost): Promise<void> {
  let fit: Fit;
  try {
    fit = await fitsOf(jsonSchemaOf(tool), host)(input);
  } catch {
    // JSON Schema cannot say all that zod knows. The rest is the module's own code, like its tools.
    return;
  }
  if ('unchecked' in fit) throw uncheckedInput(tool.name, fit.unchecked);
}
