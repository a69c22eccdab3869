# The six functions as one image: Lambda starts ordo-lambda, and its argument says which one it is.
# Built from the root of the repository, of which the builder gets only what
# infra/lib/constructs/program-code.ts lists.

# The official images, from AWS's mirror of them: what Docker Hub gives to those without a name is
# counted by address, and many share CodeBuild's.
FROM public.ecr.aws/docker/library/debian:12 AS build
RUN apt-get update && apt-get install --yes --no-install-recommends \
      g++ cmake ninja-build pkg-config \
      libboost1.81-dev libboost-json1.81-dev libfmt-dev libcli11-dev libtomlplusplus-dev \
      libsqlite3-dev libcurl4-openssl-dev libssl-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DORDO_TESTS=OFF \
    && cmake --build /build --target ordo_lambda \
    && strip -o /ordo-lambda /build/ordo-lambda

FROM public.ecr.aws/docker/library/debian:12-slim
# The libraries that the program is linked with, and the certificates that it trusts.
RUN apt-get update && apt-get install --yes --no-install-recommends \
      ca-certificates libboost-json1.81.0 libcurl4 libfmt9 libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --no-create-home --shell /usr/sbin/nologin ordo
COPY --from=build --chmod=0755 /ordo-lambda /usr/local/bin/ordo-lambda
# One that misses a library shall not leave the builder.
RUN ! ldd /usr/local/bin/ordo-lambda | grep "not found"
USER ordo
ENTRYPOINT ["/usr/local/bin/ordo-lambda"]
CMD ["api"]
