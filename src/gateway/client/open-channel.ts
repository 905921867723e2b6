import { LineChannel } from '../protocol/line-channel.js';
import type { GatewayAddress } from '../protocol/address.js';
import type { GatewayFrame, WorkerFrame } from '../protocol/frames.js';
import { connectLink } from './connect.js';

/** How often the gateway is asked whether it lives, and after how long a silence it counts as away, in milliseconds. */
const pingEveryMs = 5_000;
const silentMs = 20_000;

export type Channel = LineChannel<WorkerFrame, GatewayFrame>;

/**
 * Connects to a gateway, and asks now and then whether it lives: a machine that is gone says nothing, and its connection does not end by itself.
 *
 * @param take told of each frame but for the gateway's sign of life
 * @param lost told when the connection has ended, whoever ended it
 * @throws Error where nobody answers; `UnavailableError` where there is a gateway that does not let this one in
 */
export async function openChannel(
  { address, token }: { address: GatewayAddress; token?: string | undefined },
  take: (frame: GatewayFrame, channel: Channel) => void,
  lost: (channel: Channel) => void,
): Promise<Channel> {
  const socket = await connectLink(address, token);
  let heardAtMs = performance.now();
  const channel: Channel = new LineChannel<WorkerFrame, GatewayFrame>(
    socket,
    (frame) => {
      heardAtMs = performance.now();
      take(frame, channel);
    },
    () => {
      clearInterval(pings);
      lost(channel);
    },
  );
  const pings = setInterval(() => {
    if (performance.now() - heardAtMs > silentMs) channel.destroy();
    else channel.send({ is: 'ping' });
  }, pingEveryMs).unref();
  return channel;
}
