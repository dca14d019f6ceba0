# One image per service: docker build --build-arg SERVICE=ingest --tag kartica/ingest:0.1.0 .
# It holds Python, the locked packages of that one service, shared/ and services/<service>/, and nothing
# else of the project: configuration is mounted at /config, secrets come as environment variables.
# No BuildKit feature is used, so that Docker, Podman, Buildah and Kaniko all build it.
ARG PYTHON=python:3.13-slim-trixie

FROM ${PYTHON} AS build
# The package index is reached with the certificates that the base image trusts. Bytecode is checked
# neither by time nor by content: nothing in an image changes, and the same input gives the same files.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_COMPILE_BYTECODE=1 \
    PYC_INVALIDATION_MODE=UNCHECKED_HASH
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null \
 && pip install --quiet --no-cache-dir --root-user-action=ignore uv==0.13.9
ARG SERVICE
# Further extras of pyproject.toml, for example --build-arg EXTRAS=routing-embeddings.
ARG EXTRAS=
RUN test -n "${SERVICE}" || { echo "say which: --build-arg SERVICE=ingest|routing|sla|notify|reporting" >&2; exit 1; }
WORKDIR /app
COPY pyproject.toml uv.lock ./
# What is taken out again: tests and Cython sources of packages, and debug symbols (14 MB of uvloop alone; the
# libraries of NumPy and what builds on it are patched by their builders and better left alone).
RUN uv sync --quiet --frozen --no-default-groups --extra "${SERVICE}" \
      $(for extra in ${EXTRAS}; do printf -- '--extra %s ' "${extra}"; done) --no-install-project \
 && cd .venv/lib/python3*/site-packages \
 && find . -depth -type d -name tests -exec rm -r {} + \
 && find . -type f -name '*.p[yx][xid]' -delete \
 && find . -type f -name '*.so' ! -path './numpy*' ! -path './scipy*' ! -path './scikit_learn*' ! -path './sklearn/*' \
      ! -path './onnxruntime/*' -exec strip --strip-debug {} +
WORKDIR /code
COPY shared/ shared/
COPY services/__init__.py services/
COPY services/${SERVICE}/ services/${SERVICE}/
# `python /app` runs __main__.py: an entry that needs no shell to know its service.
RUN cp "services/${SERVICE}/__main__.py" . \
 && python3 -m compileall -q --invalidation-mode unchecked-hash .

FROM ${PYTHON}
COPY --from=build /app/.venv /app/.venv
COPY --from=build /code /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    KARTICA_HTTP_HOST=0.0.0.0 \
    KARTICA_CONFIG_DIR=/config
WORKDIR /app
USER 10001:10001
ARG SERVICE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Kartica ${SERVICE}" \
      org.opencontainers.image.description="The service ${SERVICE} of Kartica, which turns what customers write into tickets." \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0"
ENTRYPOINT ["/app/.venv/bin/python", "/app"]
