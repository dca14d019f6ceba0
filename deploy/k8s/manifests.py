"""Objects of Kubernetes as kustomize gives them, and the ways into them that the rules need."""

from collections.abc import Iterator
from typing import Any

Manifest = dict[str, Any]
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod")


def pod_spec(manifest: Manifest) -> dict[str, Any] | None:
    """The pod that an object makes, if it makes one."""
    if manifest["kind"] not in WORKLOADS:
        return None
    spec: dict[str, Any] = manifest["spec"]
    if manifest["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    return spec if manifest["kind"] == "Pod" else spec["template"]["spec"]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """All of them: those that prepare, too."""
    return [*pod.get("initContainers", []), *pod.get("containers", [])]


def name(manifest: Manifest) -> str:
    """`Deployment/ingest`."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def references(part: Any) -> Iterator[tuple[str, str]]:
    """The ConfigMaps and Secrets that a part of an object refers to, as kind and name."""
    if isinstance(part, list):
        for item in part:
            yield from references(item)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key in ("configMap", "configMapRef", "configMapKeyRef"):
                yield "ConfigMap", value["name"]
            elif key in ("secretRef", "secretKeyRef") or (key == "secret" and isinstance(value, dict)):
                yield "Secret", value.get("secretName") or value["name"]
            else:
                yield from references(value)
