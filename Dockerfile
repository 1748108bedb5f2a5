# The server and everything else that `xuncha` does, in one small image. PostgreSQL and the photo store are services beside
# it (docker-compose.yml).
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --bin xuncha \
    && install target/release/xuncha /usr/local/bin/xuncha

FROM debian:bookworm-slim
# curl: the health check. tini: process 1, which passes signals on and waits for orphans.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates curl tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin xuncha \
    && install --directory --owner=xuncha --mode=0700 /var/lib/xuncha
COPY --from=build /usr/local/bin/xuncha /usr/local/bin/xuncha
USER xuncha
WORKDIR /var/lib/xuncha
VOLUME /var/lib/xuncha
ENV XUNCHA_DATA_DIR=/var/lib/xuncha XUNCHA_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["tini", "--", "xuncha"]
CMD ["server"]
