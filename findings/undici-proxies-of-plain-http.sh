#!/usr/bin/env bash
# undici 7.30.2 and 8.13.1, on Node 24.21.0 (package node): ProxyAgent and EnvHttpProxyAgent, their defaults, before an origin with http:, no TLS.
# Expected: what curl and browsers do: the proxy is asked for the whole address ("GET http://origin/x"); CONNECT is for https.
# Seen: that is what 8 does. 7 asks for a tunnel by CONNECT for plain http as well, which many proxies allow to port 443 only; with 8 the proxy
# answers the request itself, may change it, and may keep it. The option proxyTunnel: false makes 7 do what 8 does.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@24.21.0 undici7@npm:undici@7.30.2 undici8@npm:undici@8.13.1 >/dev/null
cat >run.mjs <<'JS'
import { createServer } from 'node:http';
import { connect } from 'node:net';
const listening = async (server) => { server.listen(0, '127.0.0.1'); await new Promise((ready) => server.once('listening', ready)); return `http://127.0.0.1:${server.address().port}`; };
const origin = await listening(createServer((_, response) => response.end('the origin')));
let asked;
const server = createServer((request, response) => { asked = `${request.method} ${request.url}`; response.end('the proxy'); });
server.on('connect', (request, socket) => {
  asked = `CONNECT ${request.url}`;
  const { hostname, port } = new URL(origin);
  const further = connect(port, hostname, () => { socket.write('HTTP/1.1 200 OK\r\n\r\n'); socket.pipe(further).pipe(socket); });
});
const proxy = await listening(server);
for (const name of ['undici7', 'undici8']) {
  const { EnvHttpProxyAgent, fetch, ProxyAgent } = await import(name);
  const agents = {
    ProxyAgent: new ProxyAgent(proxy),
    EnvHttpProxyAgent: new EnvHttpProxyAgent({ httpProxy: proxy, noProxy: '' }),
    'proxyTunnel false': new ProxyAgent({ uri: proxy, proxyTunnel: false }),
  };
  for (const [kind, dispatcher] of Object.entries(agents)) {
    const answer = await (await fetch(`${origin}/x`, { dispatcher })).text();
    console.log(`${name} ${kind}: ${asked.replace(new URL(origin).host, 'origin')}, answered by ${answer}`);
  }
}
process.exit();
JS
seen=$(node_modules/node/bin/node run.mjs)
expected='undici7 ProxyAgent: CONNECT origin, answered by the origin
undici7 EnvHttpProxyAgent: CONNECT origin, answered by the origin
undici7 proxyTunnel false: GET http://origin/x, answered by the proxy
undici8 ProxyAgent: GET http://origin/x, answered by the proxy
undici8 EnvHttpProxyAgent: GET http://origin/x, answered by the proxy
undici8 proxyTunnel false: GET http://origin/x, answered by the proxy'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
