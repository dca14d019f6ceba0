#!/bin/sh
# Makes .venv from uv.lock; arguments go to `uv sync`, for example --group mongod. Needs Python 3.11 or newer; installs what a bare Debian or Ubuntu lacks.
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

# uv of this environment, of the machine, or installed here in the version that wrote the lock.
uv=.venv/bin/uv
if ! "$uv" --version >/dev/null 2>&1; then
    uv=$(command -v uv || true)
fi
if [ -z "$uv" ]; then
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==0.13.9"
    uv=.venv/bin/uv
fi
# The machine's own certificates, if it has any: a company's network may need them.
[ -s /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS=true
UV_PROJECT_ENVIRONMENT=.venv "$uv" sync --quiet --frozen --inexact --compile-bytecode --all-extras "$@"
touch .venv/ready
