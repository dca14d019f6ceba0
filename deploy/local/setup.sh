#!/bin/sh
# Makes .venv from uv.lock. Needs Python 3.11 or newer; installs what a bare Debian or Ubuntu lacks.
set -eu
cd "$(dirname "$0")/../.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

python=
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Kartica needs Python 3.11 or newer: install it (apt-get install python3) and run this again." >&2
    exit 1
fi

if [ ! -x .venv/bin/python ]; then
    echo "  making .venv" >&2
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        echo "  installing python3-venv with apt-get" >&2
        rm -rf .venv
        as_root apt-get update -qq >/dev/null
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null 2>&1 || {
            echo "Could not install python3-venv: install it, or uv, and run this again." >&2
            exit 1
        }
        "$python" -m venv .venv
    fi
fi

# The version of uv is the one that the lock was written with, so that it reads it as it was meant.
if ! .venv/bin/uv --version >/dev/null 2>&1; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9"
fi
# The machine's own certificates, if it has any: a company's network may need them.
[ -s /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS=true
UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --quiet --frozen --inexact --all-extras
touch .venv/ready
