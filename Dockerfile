# The auditor: streamforge and the engine that reads the state, and the stacks' files. Nothing else is in
# it, no shell either. Build context: the project's root, as it was deployed.
# renovate: datasource=docker depName=docker.io/library/golang
FROM docker.io/library/golang:1.26.0-bookworm AS build
WORKDIR /project
COPY . .
# hadolint ignore=DL3062
RUN go run -trimpath ./cmd/toolchain pulumi streamforge \
    && mkdir -p /image/usr/local/bin /image/project /image/etc/ssl/certs \
    && cp -L bin/pulumi bin/streamforge /image/usr/local/bin/ \
    && find . -maxdepth 1 \( -name 'Pulumi*.yaml' -o -name drift-ignore.yaml \) -exec cp {} /image/project/ \; \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/

FROM scratch
COPY --from=build /image/ /
ENV PATH=/usr/local/bin
WORKDIR /project
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/streamforge"]
