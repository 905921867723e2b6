# A fanfold worker; `docker compose` builds and runs it.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/offline-model/package.json packages/offline-model/
RUN npm ci --no-progress
COPY . .
RUN npm run build && npm prune --omit=dev --no-progress

FROM node:22-bookworm-slim
ENV NODE_ENV=production FANFOLD_METRICS=0.0.0.0:9464
# The home and the secret that marks it last as long as the volume, and belong to whichever user runs (docs/home.md).
ENV FANFOLD_HOME=/var/lib/fanfold/home FANFOLD_CONFIG=/var/lib/fanfold/config
# Compiled code too: without it each start takes a second of CPU more.
ENV XDG_CACHE_HOME=/var/lib/fanfold/cache
RUN mkdir -p /var/lib/fanfold && chmod 1777 /var/lib/fanfold
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
# What node_modules links to.
COPY --from=build --chown=root:root /app/packages/offline-model/package.json ./packages/offline-model/
COPY --from=build --chown=root:root /app/packages/offline-model/dist ./packages/offline-model/dist
USER node
EXPOSE 9464
# The worker shows its metrics once it is connected and serves.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/metrics').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# SIGTERM drains: no new work is taken, calls in flight come to their end.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/cli/fanfold.js"]
CMD ["worker"]
