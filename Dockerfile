# An image of server and routes for those who have Docker; `deno task image` writes a smaller one without it.
# docs/IMAGE.md says what differs. docker build --tag sockeye .
ARG NODE_IMAGE=node:22-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${NODE_IMAGE} AS build
ARG DENO_VERSION=2.9.6
RUN npm install --global --no-fund --no-audit deno@${DENO_VERSION}
WORKDIR /source
# What the bundle is made of and no more: nothing else of the folder is sent, and nothing else makes it build again.
COPY deno.json deno.lock main.ts LICENSE ./
COPY lib lib
COPY routes routes
RUN deno task build \
 && cp lib/deploy/image/health_check.ts dist/health.ts \
 && cp "$(deno eval --no-config 'console.log(Deno.execPath())')" /deno \
 && mkdir -p /licenses/deno /licenses/sockeye \
 && cp "$(npm root --global)/deno/LICENSE" /licenses/deno/LICENSE \
 && cp LICENSE dist/THIRD_PARTY_LICENSES /licenses/sockeye/

FROM ${BASE_IMAGE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* /var/cache/* /var/log/* \
 && groupadd --gid 65532 sockeye \
 && useradd --key UID_MAX=65532 --uid 65532 --gid 65532 --no-log-init --shell /usr/sbin/nologin \
    --home-dir /var/lib/sockeye sockeye \
 && install --directory --owner=65532 --group=65532 --mode=0700 /var/lib/sockeye
COPY --from=build /deno /usr/bin/deno
COPY --from=build /licenses /usr/share/licenses
COPY --from=build /source/dist /app
ENV DENO_DIR=/tmp/deno \
    DENO_NO_UPDATE_CHECK=1 \
    DENO_TLS_CA_STORE=system \
    DENO_TOKIO_EVENT_INTERVAL=4 \
    MALLOC_MMAP_MAX_=4096 \
    MALLOC_MMAP_THRESHOLD_=20480
USER 65532:65532
WORKDIR /app
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD [ \
  "/usr/bin/deno", "run", "--no-prompt", "--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock", \
  "--allow-net", "--allow-env=PORT,HOST", "/app/health.ts"]
# What `deno task start` says, with the bundle in place of the project: a test compares them.
ENTRYPOINT ["/usr/bin/deno", "run", \
  "--v8-flags=--max-semi-space-size=4,--max-inlined-bytecode-size-cumulative=3000", "--no-prompt", "--allow-net", \
  "--allow-read=/app,/var/lib/sockeye", "--allow-write=/var/lib/sockeye", "--allow-sys=systemMemoryInfo", \
  "--allow-env=PORT,HOST,LOG_LEVEL,LOG_FORMAT,NATS_URL,REDIS_URL,SOCKEYE_*", \
  "--no-remote", "--no-npm", "--cached-only", "--no-config", "--no-lock", "/app/main.js"]
