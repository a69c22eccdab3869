# The server in an image: docs/container.md. What the steps do is in scripts/image.sh.
ARG DEBIAN=debian:12-slim

FROM ${DEBIAN} AS build
WORKDIR /src
# First what changes seldom, so that a changed source does not install everything again.
COPY scripts/packages.sh scripts/image.sh scripts/
RUN scripts/image.sh tools
COPY . .
RUN scripts/image.sh build /out

FROM ${DEBIAN} AS runtime
RUN --mount=type=bind,from=build,source=/out,target=/out /out/image.sh runtime /out
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ordo" \
      org.opencontainers.image.description="A task backend that keeps what it accepts and runs it in order" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${REVISION}"
ENV ORDO_SERVER_LISTEN=0.0.0.0:8080
USER 10001:10001
# ./ordo.toml and ./ordo-data are looked for here.
WORKDIR /var/lib/ordo
VOLUME /var/lib/ordo
EXPOSE 8080
STOPSIGNAL SIGTERM
# As /readyz: each one is a commit. ORDO_URL is for where it asks, if not http://127.0.0.1:8080.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["ordo", "health", "--json"]
ENTRYPOINT ["ordo"]
CMD ["serve"]
