# syntax=docker/dockerfile:1

# The same Debian release on both sides: the binary links this release's C library.
FROM rust:1.95-bookworm AS build

# zlib-ng, which Pingora compiles, is built with cmake.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends cmake \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /src
COPY . .
# The caches outlive a build, so a change of ours compiles our crate only. The target
# directory is such a cache and not in the image: copy the binary out in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin api-gateway \
    && cp target/release/api-gateway /api-gateway

# Another base will do (a distroless one with glibc 2.36 or newer and libgcc, say): the
# gateway needs the C library and nothing else, no shell and no certificates. It has to
# have the directory that is made below, or the gateway can't be upgraded in place.
FROM debian:bookworm-slim

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="api-gateway" \
      org.opencontainers.image.description="An edge gateway on Pingora for services in an Istio mesh" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

COPY --from=build /api-gateway /api-gateway
# So that the image runs by itself; the ConfigMap is mounted over it.
COPY conf/gateway.yaml /etc/api-gateway/gateway.yaml

# For the upgrade socket. Kubernetes mounts a volume over /run.
RUN install -d -m 0700 -o 65532 -g 65532 /run/api-gateway

# A number, so that Kubernetes can see that it isn't root; never 1337, whose traffic
# passes the sidecar by.
USER 65532:65532
EXPOSE 8000 9000
ENTRYPOINT ["/api-gateway"]
# `supervise` is the container's first process, which outlives an upgrade.
CMD ["supervise", "--", "run", "--config", "/etc/api-gateway/gateway.yaml"]
