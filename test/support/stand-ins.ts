import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Message } from '@anthropic-ai/sdk/resources/messages';

import { chunkFrame, exceptionFrame } from './amazon-frames.js';

/** A request as a stand-in got it. */
export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: any;
}

/** An answer in place of the usual one. */
export interface Refusal {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

interface Script {
  /** Answers that come first, in this order. */
  first?: readonly (Refusal | 'exception in the stream')[];
  /** What the model says; by default a text, or JSON where that is asked for, or a call of the first tool. */
  says?: (asked: Asked) => Said;
}

interface Said {
  /** What is thought before, of chat completions that tell it. */
  reasoning?: string;
  text?: string;
  tool?: { name: string; input: object };
}

/** A local server that speaks a provider's protocol. */
export interface StandIn {
  url: string;
  asked: Asked[];
  close(): void;
}

const usage = { input: 1_000, output: 100 };

/** What Amazon Bedrock does: signed requests, the model in the path, streams in frames of AWS's. */
export function bedrockStandIn(script: Script = {}): Promise<StandIn> {
  return standIn(script, (asked, response, said, refused) => {
    if (!isSigned(asked)) {
      const headers = { 'x-amzn-errortype': 'MissingAuthenticationTokenException' };
      return send(response, { status: 403, headers, body: { message: 'Missing Authentication Token' } });
    }
    const [, model = '', how] = /^\/model\/([^/]+)\/(invoke|invoke-with-response-stream)$/.exec(asked.path) ?? [];
    if (how === undefined || asked.body.anthropic_version !== 'bedrock-2023-05-31' || 'model' in asked.body) {
      return send(response, { status: 400, body: { message: `Malformed input request: ${asked.path}` } });
    }
    const message = messageOf(decodeURIComponent(model), said);
    if (how === 'invoke') return send(response, { status: 200, body: message });
    response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    if (refused === 'exception in the stream') {
      const [start] = eventsOf(message);
      response.write(chunkFrame(start!));
      return void response.end(exceptionFrame('throttlingException', 'Too many tokens, please wait.'));
    }
    for (const event of eventsOf(message)) response.write(chunkFrame(event));
    response.end();
  });
}

/** AWS's Signature Version 4: who, when, for what, over which headers. */
function isSigned({ headers }: Asked): boolean {
  const { authorization = '', host = '' } = headers;
  if (authorization.startsWith('Bearer ')) return true;
  const date = String(headers['x-amz-date'] ?? '');
  const [, day, signed = ''] =
    /^AWS4-HMAC-SHA256 Credential=[\w-]+\/(\d{8})\/[\w-]+\/bedrock\/aws4_request, SignedHeaders=([\w;-]+), Signature=[\da-f]{64}$/.exec(
      authorization,
    ) ?? [];
  return (
    host !== '' && /^\d{8}T\d{6}Z$/.test(date) && date.startsWith(day ?? 'no day') && signed.split(';').includes('host')
  );
}

/** What Vertex AI does: a bearer token, project, region and model in the path. */
export function vertexStandIn(script: Script = {}): Promise<StandIn> {
  return standIn(script, (asked, response, said) => {
    if (!/^Bearer \S+$/.test(asked.headers.authorization ?? '')) {
      return send(response, {
        status: 401,
        body: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'No token.' } },
      });
    }
    const [, model = '', how] =
      /^\/v1\/projects\/[\w-]+\/locations\/[\w-]+\/publishers\/anthropic\/models\/([^:]+):(rawPredict|streamRawPredict)$/.exec(
        decodeURIComponent(asked.path),
      ) ?? [];
    if (how === undefined || asked.body.anthropic_version !== 'vertex-2023-10-16') {
      return send(response, { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message: asked.path } } });
    }
    if (model === 'count-tokens') return send(response, { status: 200, body: { input_tokens: 1_234 } });
    answerAsMessages(response, messageOf(model, said), how === 'streamRawPredict');
  });
}

/** What Microsoft Foundry does: the Messages API, with a key of the resource. */
export function foundryStandIn(script: Script = {}): Promise<StandIn> {
  return standIn(script, (asked, response, said) => {
    if (!asked.headers['x-api-key']) {
      return send(response, { status: 401, body: { error: { code: '401', message: 'Access denied.' } } });
    }
    if (asked.path === '/anthropic/v1/messages/count_tokens')
      return send(response, { status: 200, body: { input_tokens: 1_234 } });
    if (asked.path !== '/anthropic/v1/messages')
      return send(response, { status: 404, body: { error: { code: '404' } } });
    answerAsMessages(response, messageOf(asked.body.model, said), asked.body.stream === true);
  });
}

/** What OpenAI and its like do: chat completions. */
export function chatStandIn({
  key,
  limits = {},
  counts = true,
  ...script
}: Script & { key?: string; limits?: Record<string, string>; counts?: boolean } = {}): Promise<StandIn> {
  return standIn(script, (asked, response, said) => {
    if (key !== undefined && asked.headers.authorization !== `Bearer ${key}`) {
      return send(response, {
        status: 401,
        body: {
          error: { type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided.' },
        },
      });
    }
    if (asked.path === '/v1/models')
      return send(response, { status: 200, body: { object: 'list', data: [{ id: 'a-model' }] } });
    if (asked.path !== '/v1/chat/completions')
      return send(response, { status: 404, body: { error: { message: asked.path } } });
    const { model, stream } = asked.body;
    const calls = said.tool && [
      {
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: said.tool.name, arguments: JSON.stringify(said.tool.input) },
      },
    ];
    const finish_reason = calls ? 'tool_calls' : 'stop';
    const counted = {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: 200 },
    };
    const head = { id: 'chatcmpl-1', created: 1, model: `${model}-2026-01-01` };
    if (stream !== true) {
      const message = { role: 'assistant', content: said.text ?? null, ...(calls && { tool_calls: calls }) };
      const body = {
        ...head,
        object: 'chat.completion',
        choices: [{ index: 0, message, finish_reason }],
        ...(counts && { usage: counted }),
      };
      return send(response, { status: 200, headers: limits, body });
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', ...limits });
    const chunk = (delta: object, more: object = {}) =>
      response.write(
        `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`,
      );
    chunk({ role: 'assistant', content: '' });
    for (const part of (said.reasoning ?? '').match(/.{1,7}/gs) ?? []) chunk({ reasoning_content: part });
    for (const part of (said.text ?? '').match(/.{1,7}/gs) ?? []) chunk({ content: part });
    if (calls) chunk({ tool_calls: calls });
    chunk({}, { finish_reason });
    if (asked.body.stream_options?.include_usage === true) {
      response.write(
        `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [], ...(counts && { usage: counted }) })}\n\n`,
      );
    }
    response.end('data: [DONE]\n\n');
  });
}

type Answer = (
  asked: Asked,
  response: ServerResponse,
  said: Said,
  refused: 'exception in the stream' | undefined,
) => void;

async function standIn({ first = [], says = usual }: Script, answer: Answer): Promise<StandIn> {
  const asked: Asked[] = [];
  const waiting = [...first];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = 'GET', url: path = '', headers } = request;
      const one: Asked = { method, path, headers, body: text === '' ? undefined : JSON.parse(text) };
      asked.push(one);
      const refused = waiting.shift();
      if (typeof refused === 'object') return send(response, refused);
      answer(one, response, says(one), refused);
    });
  });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, close };
}

/** JSON where that is asked for. */
function usual({ body }: Asked): Said {
  const wantsJson = body?.output_config?.format !== undefined || body?.response_format !== undefined;
  return { text: wantsJson ? '{"owed":"the rent"}' : 'The rent is owed.' };
}

function send(response: ServerResponse, { status, body, headers = {} }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function answerAsMessages(response: ServerResponse, message: Message, streamed: boolean): void {
  if (!streamed) return send(response, { status: 200, body: message });
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(
    eventsOf(message)
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(''),
  );
}

function messageOf(model: string, { text, tool }: Said): Message {
  const content = tool
    ? [{ type: 'tool_use', id: 'toolu_1', ...tool }]
    : [{ type: 'text', text: text ?? '', citations: null }];
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    // Clouds name what answered without their own prefixes.
    model: /claude-[a-z\d-]+?(?=-v\d|@|$)/.exec(model)?.[0] ?? 'claude-sonnet-5-5',
    content,
    stop_reason: tool ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: usage.input, output_tokens: usage.output },
  } as unknown as Message;
}

function eventsOf(message: Message): { type: string }[] {
  const [block] = message.content;
  const delta =
    block?.type === 'tool_use'
      ? { type: 'input_json_delta', partial_json: JSON.stringify(block.input) }
      : { type: 'text_delta', text: block?.type === 'text' ? block.text : '' };
  const start = block?.type === 'tool_use' ? { ...block, input: {} } : { type: 'text', text: '' };
  const { stop_reason } = message;
  return [
    { type: 'message_start', message: { ...message, content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: start },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: usage.output } },
    { type: 'message_stop' },
  ] as { type: string }[];
}
