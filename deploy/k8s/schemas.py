"""Validates objects against the Kubernetes JSON schemas of the newest minors, without a network.

The schemas are the ones that the package kubernetes-validate carries, in their strict form: an unknown field is
a fault. They are read once per minor instead of once per object, which is what makes the check take seconds.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource

from deploy.k8s.manifests import Manifest

MINORS = 3


def minors() -> list[str]:
    """The newest minors that the package knows, the newest last: `["1.35", "1.36", "1.37"]`."""
    found = {name.group(1) for folder in _package().iterdir() if (name := re.match(r"v(\d+\.\d+)\.", folder.name))}
    return sorted(found, key=lambda minor: [int(part) for part in minor.split(".")])[-MINORS:]


def faults(manifest: Manifest, *, minor: str) -> Iterator[str]:
    """What this minor of Kubernetes would refuse in the object."""
    group, _, version = str(manifest.get("apiVersion", "")).rpartition("/")
    kind = str(manifest.get("kind", ""))
    name = "-".join(part for part in (kind.lower(), group.partition(".")[0], version) if part)
    validator = _validator(minor, name)
    if validator is None:
        yield f"Kubernetes {minor} has no {kind} in {manifest.get('apiVersion')}"
        return
    for error in validator.iter_errors(manifest):
        cause = best_match([error]) or error
        place = ".".join(str(step) for step in error.absolute_path)
        yield f"Kubernetes {minor}: {place or 'the object'}: {cause.message[:300]}"


@cache
def _validator(minor: str, name: str) -> Draft202012Validator | None:
    file = _package() / f"v{minor}.0-local-strict" / f"{name}.json"
    if not file.is_file():
        return None
    return Draft202012Validator(json.loads(file.read_text(encoding="utf-8")), registry=_registry(minor))


@cache
def _registry(minor: str) -> Registry[Any]:
    definitions = (_package() / f"v{minor}.0-local-strict" / "_definitions.json").read_text(encoding="utf-8")
    return Resource.from_contents(json.loads(definitions)) @ Registry()


def _package() -> Any:
    return resources.files("kubernetes_validate") / "kubernetes-json-schema"
