"""Renders overlays with `kubectl kustomize`, in a copy where the secrets are placeholders."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from deploy import credentials
from deploy.k8s.manifests import Manifest

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = Path("deploy/k8s/overlays")
USED = ("deploy/k8s", "deploy/mongodb", "deploy/rabbitmq", "config")
"""The folders that kustomizations refer to."""


class CannotRender(Exception):
    """kubectl is missing, or kustomize refused; the text says what to do."""


def kubectl() -> str | None:
    """The program: beside this Python, where the dependency group `k8s` puts it, or a recent one on the PATH."""
    beside = shutil.which("kubectl", path=str(Path(sys.executable).parent))
    if beside is not None:
        return beside
    other = shutil.which("kubectl")
    return other if other is not None and _is_recent(other) else None


def _is_recent(program: str) -> bool:
    """Whether its kustomize is version 5: Debian 12 has a kubectl whose kustomize knows no components."""
    done = subprocess.run([program, "version", "--client", "--output", "json"], capture_output=True, text=True)
    return done.returncode == 0 and json.loads(done.stdout).get("kustomizeVersion", "").startswith("v5.")


def overlays(root: Path = ROOT) -> list[str]:
    """The names of all overlays."""
    return sorted(path.parent.name for path in (root / OVERLAYS).glob("*/kustomization.yaml"))


def render(overlay: str, *, root: Path = ROOT) -> list[Manifest]:
    """The objects of one overlay."""
    program = kubectl()
    if program is None:
        raise CannotRender("kubectl is missing: `make k8s-check` installs it, or have one on the PATH.")
    done = subprocess.run(
        [program, "kustomize", str(root / OVERLAYS / overlay)], capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        raise CannotRender(f"overlay {overlay}: {done.stderr.strip()}")
    return [manifest for manifest in yaml.safe_load_all(done.stdout) if manifest]


@contextmanager
def copy(root: Path = ROOT) -> Iterator[Path]:
    """A copy of what kustomize reads, with new secrets: the real ones, if there are any, are not looked at."""
    with tempfile.TemporaryDirectory(prefix="kartica-k8s-") as folder:
        for used in USED:
            ignored = shutil.ignore_patterns("secrets", "__pycache__")
            shutil.copytree(root / used, Path(folder) / used, ignore=ignored)
        secrets = Path(folder) / OVERLAYS / "local" / "secrets"
        credentials.write(secrets, broker="rabbitmq:5672", database="mongodb-0.mongodb.kartica.svc:27017")
        yield Path(folder)
