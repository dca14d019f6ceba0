"""What a pod may do: pod security `restricted`, a read-only root, and no token for the API server."""

from collections.abc import Iterator
from typing import Any

from deploy.k8s.manifests import Manifest, containers, pod_spec

SHARED_WITH_THE_NODE = ("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")


def confined(manifest: Manifest) -> Iterator[str]:
    """Pod security `restricted`, a read-only root, and no token for the API server."""
    pod = pod_spec(manifest)
    if pod is None:
        return
    security = pod.get("securityContext", {})
    if security.get("runAsNonRoot") is not True or not security.get("runAsUser"):
        yield "runAsNonRoot and a runAsUser other than 0 are missing"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "seccompProfile RuntimeDefault is missing"
    if pod.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken is not false"
    if pod.get("enableServiceLinks") is not False:
        yield "enableServiceLinks is not false: a Service called kartica-... would become a setting"
    for shared in SHARED_WITH_THE_NODE:
        if pod.get(shared):
            yield f"{shared} is set"
    for volume in pod.get("volumes", []):
        if "hostPath" in volume:
            yield f"the volume {volume['name']} is a hostPath"
    for container in containers(pod):
        yield from (
            f"container {container['name']}: {fault}" for fault in _confined(container.get("securityContext", {}))
        )


def _confined(security: dict[str, Any]) -> Iterator[str]:
    for setting, wanted in (("allowPrivilegeEscalation", False), ("readOnlyRootFilesystem", True)):
        if security.get(setting) is not wanted:
            yield f"{setting} is not {str(wanted).lower()}"
    if security.get("capabilities") != {"drop": ["ALL"]}:
        yield "capabilities are not just `drop: [ALL]`"
    if security.get("privileged") or security.get("runAsUser") == 0 or security.get("runAsNonRoot") is False:
        yield "it is privileged, or root"
