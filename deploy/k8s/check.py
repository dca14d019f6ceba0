"""Renders every overlay and checks every object: `python -m deploy.k8s.check`. Ends with 1 when a fault was found.

Checked are the schemas of the three newest Kubernetes minors (schemas.py) and our own rules (rules.py). No
cluster and no network is needed.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.k8s import configmap, render, rules, schemas
from deploy.k8s.manifests import Manifest, name


def main() -> None:
    try:
        found = list(faults())
    except render.CannotRender as error:
        sys.exit(str(error))
    except ModuleNotFoundError as error:
        sys.exit(f"{error}: `make k8s-check` installs what it needs.")
    print("\n".join(found) if found else f"Every overlay is valid for Kubernetes {', '.join(schemas.minors())}.")
    sys.exit(1 if found else 0)


def faults(root: Path = render.ROOT) -> Iterator[str]:
    """What is wrong in any overlay, or in the component that config/ is."""
    if configmap.text(root / "config") != (root / "config" / "kustomization.yaml").read_text(encoding="utf-8"):
        yield "config/kustomization.yaml does not name the files that are there: run `make k8s-config`"
    with render.copy(root) as there:
        for overlay in render.overlays(root):
            place = there if overlay in rules.WITH_SECRETS_OF_ITS_OWN else root
            yield from (f"{overlay}: {fault}" for fault in of(render.render(overlay, root=place), overlay=overlay))


def of(manifests: list[Manifest], *, overlay: str) -> Iterator[str]:
    """What is wrong with these objects."""
    for manifest in manifests:
        for minor in schemas.minors():
            for fault in schemas.faults(manifest, minor=minor):
                yield f"{name(manifest)}: {fault}"
    yield from rules.faults(manifests, overlay=overlay)


if __name__ == "__main__":
    main()
