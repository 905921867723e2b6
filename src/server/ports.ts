import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

import { readJson, writeJson } from './json-file.js';
import { homePaths } from './paths.js';

export interface Ports {
  /** The gRPC port. It is never 7233: fanfold in another home would take the server for one on the default port. */
  port: number;
  uiPort: number;
}

/** The Web UI's usual port. */
const preferredUiPort = 8233;

/** Where Temporal servers listen unless told otherwise, and the first port that needs no rights. */
const defaultPort = 7233;
const firstUnprivileged = 1_024;

/**
 * The first port of the range. The range lies below the ports that systems give to outgoing connections (Linux from 32768, others
 * from 49152).
 */
const firstPort = 20_000;
const portCount = 10_000;

/**
 * Ports for the home's server: those that it used last as far as they are free, and free ones for the rest.
 *
 * @param fixedPort the gRPC port that it must be, free or not
 */
export async function choosePorts(home: string, fixedPort?: number): Promise<Ports> {
  const remembered = ((await readJson(homePaths(home).ports)) ?? {}) as Partial<Record<keyof Ports, unknown>>;
  const own = candidates(home);
  const port = fixedPort ?? (await firstFree([...rememberedPort(remembered.port), ...own], 0));
  return { port, uiPort: await firstFree([...rememberedPort(remembered.uiPort), preferredUiPort, ...own], port) };
}

/** Whether it can be a port of an embedded server. */
export function isPort(port: unknown): port is number {
  return Number.isSafeInteger(port) && (port as number) >= firstUnprivileged && (port as number) <= 65_535;
}

/** Checks recorded ports. The record may say anything, and a usual port is never an embedded server's. */
function rememberedPort(port: unknown): number[] {
  return isPort(port) && port !== defaultPort ? [port] : [];
}

export async function rememberPorts(home: string, { port, uiPort }: Ports): Promise<void> {
  await writeJson(homePaths(home).ports, { port, uiPort });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The port at which a home's search begins: the same every time, and different for homes that start at the same moment. */
function candidates(home: string): number[] {
  const offset = createHash('sha256').update(home).digest().readUInt32BE(0);
  return Array.from({ length: 200 }, (_, i) => firstPort + ((offset + i * 2) % portCount));
}

async function firstFree(ports: readonly number[], taken: number): Promise<number> {
  for (const port of ports) {
    if (port !== taken && (await isFree(port))) return port;
  }
  throw new Error(`None of ${ports.length} ports from ${firstPort} on is free.`);
}
