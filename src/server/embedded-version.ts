import { connect } from 'node:http2';

/** gRPC's method that every client of Temporal calls first. */
const path = '/temporal.api.workflowservice.v1.WorkflowService/GetSystemInfo';

/** Bytes before a message of gRPC: whether it is compressed, and its length. */
const frameHead = 5;

/**
 * The version of the embedded server, such as `1.32.0`; empty when it does not say. It is asked by a call of gRPC that is written by
 * hand: each command asks, and a client for it would take longer than all else that it does.
 *
 * @param address `host:port` on this machine
 * @param withinMs for all of it, in milliseconds
 * @throws Error when it does not answer as Temporal within that time
 */
export function embeddedVersion(address: string, withinMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    const fail = (error: Error) => {
      clearTimeout(alarm);
      session.destroy();
      reject(error);
    };
    const alarm = setTimeout(() => fail(new Error(`Expected an answer within ${withinMs} ms, got none.`)), withinMs);
    session.once('error', fail);
    const call = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    let status = '';
    const note = (headers: { 'grpc-status'?: string | string[] | undefined }) => {
      status = [headers['grpc-status'] ?? status].flat().join();
    };
    call
      .once('error', fail)
      .on('response', note)
      .on('trailers', note)
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .once('end', () => {
        if (status !== '0') return fail(new Error(`Expected gRPC’s status 0, got \`${status}\`.`));
        clearTimeout(alarm);
        session.close();
        resolve(versionIn(Buffer.concat(chunks).subarray(frameHead)));
      })
      .end(Buffer.alloc(frameHead));
  });
}

/** The first field of `GetSystemInfoResponse`, a string: its number and kind, its length, its text. */
function versionIn(message: Buffer): string {
  const [field, length = 0] = message;
  return field === 0x0a && length < 0x80 ? message.toString('utf8', 2, 2 + length) : '';
}
