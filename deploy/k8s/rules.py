"""Kartica's own rules for its objects: what the schemas allow and an operator would regret."""

import re
from collections.abc import Callable, Iterator, Sequence

from deploy.k8s.confinement import confined
from deploy.k8s.manifests import Manifest, containers, name, pod_spec, references

NAMESPACE = "kartica"
SERVICES = ("ingest", "routing", "sla", "notify", "reporting")
OWN_IMAGE = re.compile(rf"(\S+/)?kartica/({'|'.join(SERVICES)})(:[0-9][\w.-]*|@sha256:[0-9a-f]{{64}})")
OTHER_IMAGES = frozenset({"rabbitmq:4-management", "mongo:6.0"})
WITH_SECRETS_OF_ITS_OWN = frozenset({"local"})
"""Overlays that make their Secrets from files that git ignores; the others only refer to Secrets."""
DRAIN_SECONDS = 5 + 10 + 25
SECRET_NAME = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|AMQP_URL|MONGO_URL")
PASSWORD_IN_URL = re.compile(r"\w+://[^/\s:@{<]+:[^/\s@{<]+@")
Rule = Callable[[Manifest], Iterator[str]]


def faults(manifests: Sequence[Manifest], *, overlay: str) -> list[str]:
    """Every breach, as `Kind/name: what is wrong`."""
    rules: list[Rule] = [namespaced, confined, sized, probed, tagged, drained, no_secret_values]
    if overlay not in WITH_SECRETS_OF_ITS_OWN:
        rules.append(no_secret_objects)
    found = [f"{name(manifest)}: {fault}" for manifest in manifests for rule in rules for fault in rule(manifest)]
    return found + list(whole(manifests)) + list(referred(manifests, secrets=overlay in WITH_SECRETS_OF_ITS_OWN))


def namespaced(manifest: Manifest) -> Iterator[str]:
    """Everything is in the namespace, and the namespace lets only restricted pods in."""
    metadata = manifest["metadata"]
    if manifest["kind"] == "Namespace":
        if metadata.get("labels", {}).get("pod-security.kubernetes.io/enforce") != "restricted":
            yield "the namespace does not enforce pod security `restricted`"
    elif metadata.get("namespace") != NAMESPACE:
        yield f"not in the namespace {NAMESPACE}"


def sized(manifest: Manifest) -> Iterator[str]:
    """Requests and limits of processor and memory for every container."""
    for container in containers(pod_spec(manifest) or {}):
        resources = container.get("resources", {})
        missing = [
            f"{kind}.{what}"
            for kind in ("requests", "limits")
            for what in ("cpu", "memory")
            if what not in resources.get(kind, {})
        ]
        if missing:
            yield f"container {container['name']}: no {', '.join(missing)}"


def probed(manifest: Manifest) -> Iterator[str]:
    """Three probes for what runs for ever; those of our services mean what they say."""
    if manifest["kind"] not in ("Deployment", "StatefulSet", "DaemonSet"):
        return
    for container in (pod_spec(manifest) or {}).get("containers", []):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if probe not in container:
                yield f"container {container['name']}: no {probe}"
        if container["name"] == "service":
            live, ready = (container.get(f"{kind}Probe", {}).get("httpGet", {}) for kind in ("liveness", "readiness"))
            if live.get("path") != "/livez" or ready.get("path") != "/readyz":
                yield "liveness is not asked at /livez, or readiness not at /readyz"


def tagged(manifest: Manifest) -> Iterator[str]:
    """Only images that we know, each with its version."""
    for container in containers(pod_spec(manifest) or {}):
        image = container["image"]
        if image not in OTHER_IMAGES and not OWN_IMAGE.fullmatch(image):
            yield f"container {container['name']}: the image {image} is not one of ours with a version"


def drained(manifest: Manifest) -> Iterator[str]:
    """Our services have time to finish what they have in work, and are replaced one by one."""
    if manifest["kind"] != "Deployment" or manifest["metadata"]["name"] not in SERVICES:
        return
    if manifest["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxUnavailable") != 0:
        yield "a rolling update may take a replica away before its successor is ready"
    pod = manifest["spec"]["template"]["spec"]
    if pod.get("terminationGracePeriodSeconds", 30) <= DRAIN_SECONDS:
        yield f"terminationGracePeriodSeconds is not longer than the drain of {DRAIN_SECONDS} s"
    if not pod.get("topologySpreadConstraints"):
        yield "no topologySpreadConstraints"


def no_secret_values(manifest: Manifest) -> Iterator[str]:
    """No password stands in a ConfigMap or in a container's environment."""
    for container in containers(pod_spec(manifest) or {}):
        for variable in container.get("env", []):
            value = variable.get("value")
            if value and SECRET_NAME.search(variable["name"]) and not value.startswith("/"):
                yield f"container {container['name']}: the value of {variable['name']} stands in the manifest"
            elif value and PASSWORD_IN_URL.search(value):
                yield f"container {container['name']}: {variable['name']} holds a password"
    if manifest["kind"] == "ConfigMap":
        for key, value in manifest.get("data", {}).items():
            if not key.endswith(".py") and PASSWORD_IN_URL.search(value):
                yield f"{key} holds a password"


def no_secret_objects(manifest: Manifest) -> Iterator[str]:
    """Secrets are referred to, not shipped."""
    if manifest["kind"] == "Secret":
        yield "a Secret must not be part of this overlay"


def whole(manifests: Sequence[Manifest]) -> Iterator[str]:
    """Every service has its Deployment, Service, ServiceAccount without token, and PodDisruptionBudget."""
    by_name = {(manifest["kind"], manifest["metadata"]["name"]): manifest for manifest in manifests}
    for service in SERVICES:
        for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"):
            if (kind, service) not in by_name:
                yield f"{kind}/{service}: missing"
        if by_name.get(("ServiceAccount", service), {}).get("automountServiceAccountToken") is not False:
            yield f"ServiceAccount/{service}: automountServiceAccountToken is not false"
        deployment, front = by_name.get(("Deployment", service)), by_name.get(("Service", service))
        if deployment and front:
            labels = deployment["spec"]["template"]["metadata"]["labels"]
            if not front["spec"]["selector"].items() <= labels.items():
                yield f"Service/{service}: its selector does not match the pods"


def referred(manifests: Sequence[Manifest], *, secrets: bool) -> Iterator[str]:
    """Every ConfigMap (and, where the overlay makes them, Secret) that a pod refers to is there."""
    there = {(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests}
    for manifest in manifests:
        for kind, target in sorted(set(references(pod_spec(manifest) or {}))):
            if (kind, target) not in there and (kind == "ConfigMap" or secrets):
                yield f"{name(manifest)}: refers to the {kind} {target}, which is not there"
