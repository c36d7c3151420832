# syntax=docker/dockerfile:1

# The same Debian release on both sides: the binary links this release's C library.
FROM rust:1.95-bookworm AS toolchain
WORKDIR /src

# The tool has a stage of its own, which only another version of it builds again.
FROM toolchain AS cyclonedx
RUN cargo install cargo-cyclonedx --version 0.5.9 --locked --root /tools

# The dependencies, compiled in a layer that changes with Cargo.toml and Cargo.lock only. A
# layer can come from a registry (`--cache-from`), which a cache mount can't.
FROM toolchain AS dependencies
# zlib-ng, which Pingora compiles, is built with cmake.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends cmake \
    && rm -rf /var/lib/apt/lists/*
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# Stand-ins for our own sources. What was made of them goes, or cargo, which compares times,
# could take it for what is made of the real ones.
RUN mkdir src benches \
    && touch src/lib.rs \
    && echo 'fn main() {}' >src/main.rs \
    && sed -n '/^\[\[bench\]\]/{n;s|name = "\(.*\)"|benches/\1.rs|p}' Cargo.toml | xargs touch \
    && cargo build --release --locked --lib \
    && cargo clean --release --package api-gateway

FROM dependencies AS sbom
COPY --from=cyclonedx /tools/bin/cargo-cyclonedx /usr/local/bin/
COPY scripts/sbom scripts/
RUN scripts/sbom /api-gateway.cdx.json

FROM dependencies AS build
RUN rm -r src benches
COPY . .
RUN cargo build --release --locked --bin api-gateway \
    && objcopy --only-keep-debug target/release/api-gateway /api-gateway.debug \
    && objcopy --strip-debug --add-gnu-debuglink=/api-gateway.debug target/release/api-gateway /api-gateway
COPY --from=sbom /api-gateway.cdx.json /
RUN scripts/rootfs /api-gateway /api-gateway.cdx.json /image

# With `--target debug --output DIRECTORY`: what reads a core dump or a profile of the image's
# binary, which is a fifth of its size without.
FROM scratch AS debug
COPY --from=build /api-gateway.debug /

# Neither a shell nor a package manager, and the C library and libgcc, which is all that the
# gateway links (tests/image says so). Not `scratch` with a static binary: the base's packages
# are listed in it, so that a scanner sees a C library with a hole (docs/adr/0008-image.md).
FROM gcr.io/distroless/cc-debian12:nonroot

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="api-gateway" \
      org.opencontainers.image.description="An edge gateway on Pingora for services in an Istio mesh" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="gcr.io/distroless/cc-debian12:nonroot"

# The files are listed in scripts/rootfs. A copy belongs to root unless it says otherwise.
COPY --from=build /image/root/ /
COPY --from=build --chown=65532:65532 /image/run/ /run/

# A number, so that Kubernetes can see that it isn't root; never 1337, whose traffic
# passes the sidecar by.
USER 65532:65532
EXPOSE 8000 9000
# For Docker and Swarm; Kubernetes has probes of its own.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
    CMD ["/api-gateway", "health", "--config", "/etc/api-gateway/gateway.yaml"]
ENTRYPOINT ["/api-gateway"]
# `supervise` is the container's first process, which outlives an upgrade.
CMD ["supervise", "--", "run", "--config", "/etc/api-gateway/gateway.yaml"]
