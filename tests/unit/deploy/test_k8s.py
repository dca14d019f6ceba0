"""Every overlay is valid and keeps our rules, and the check is able to fail."""

import copy
import importlib
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy import check_config
from deploy.k8s import check, render, rules, schemas
from deploy.k8s.manifests import Manifest, containers, pod_spec
from shared.settings import Settings

CONFIG = render.ROOT / "config"
OVERLAYS = render.overlays()

if render.kubectl() is None:
    pytest.skip(
        "kubectl, which renders the overlays, is missing: `make k8s-check` installs it", allow_module_level=True
    )

pytest.importorskip("kubernetes_validate", reason="kubernetes-validate, which has the schemas, is missing")


@pytest.fixture(scope="module")
def rendered() -> Iterator[dict[str, list[Manifest]]]:
    with render.copy() as root:
        yield {overlay: render.render(overlay, root=root) for overlay in OVERLAYS}


@pytest.fixture
def manifests(rendered: dict[str, list[Manifest]]) -> list[Manifest]:
    """The objects of the overlay `production`, to be broken."""
    return copy.deepcopy(rendered["production"])


def the(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    return next(item for item in manifests if (item["kind"], item["metadata"]["name"]) == (kind, name))


def faults(manifests: list[Manifest], *, overlay: str = "production") -> str:
    return "\n".join(check.of(manifests, overlay=overlay))


def breaches(manifests: list[Manifest]) -> str:
    """Our own rules only."""
    return "\n".join(rules.faults(manifests, overlay="production"))


def test_there_is_an_overlay_for_the_laptop_and_one_for_production() -> None:
    assert OVERLAYS == ["local", "production"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_is_valid_in_the_last_three_minors_and_keeps_our_rules(
    rendered: dict[str, list[Manifest]], overlay: str
) -> None:
    assert len(schemas.minors()) == 3
    assert faults(rendered[overlay], overlay=overlay) == ""


def test_the_whole_check_finds_nothing_in_the_repository() -> None:
    assert list(check.faults()) == []


Break = Callable[[dict[str, Any]], Any]
AGAINST_THE_SCHEMA: dict[str, tuple[Break, str]] = {
    "a misspelt field": (
        lambda pod: pod.update(restartpolicy="Always"),
        "Kubernetes 1.37: spec.template.spec: Additional properties are not allowed ('restartpolicy' was unexpected)",
    ),
    "a value of another type": (
        lambda pod: pod["containers"][0]["ports"][0].update(containerPort="http"),
        "spec.template.spec.containers.0.ports.0.containerPort: 'http' is not of type",
    ),
    "a probe without an action's port": (
        lambda pod: pod["containers"][0]["livenessProbe"]["httpGet"].pop("port"),
        "'port' is a required property",
    ),
}
AGAINST_A_RULE: dict[str, tuple[Break, str]] = {
    "root": (lambda pod: pod["securityContext"].pop("runAsNonRoot"), "runAsNonRoot"),
    "no seccomp profile": (lambda pod: pod["securityContext"].pop("seccompProfile"), "seccompProfile"),
    "a token": (lambda pod: pod.pop("automountServiceAccountToken"), "automountServiceAccountToken is not false"),
    "service links": (lambda pod: pod.pop("enableServiceLinks"), "enableServiceLinks"),
    "the node's network": (lambda pod: pod.update(hostNetwork=True), "hostNetwork is set"),
    "the node's files": (
        lambda pod: pod["volumes"].append({"name": "node", "hostPath": {"path": "/"}}),
        "the volume node is a hostPath",
    ),
    "a writable root": (
        lambda pod: pod["containers"][0]["securityContext"].update(readOnlyRootFilesystem=False),
        "readOnlyRootFilesystem is not true",
    ),
    "a capability": (
        lambda pod: pod["containers"][0]["securityContext"]["capabilities"].update(add=["NET_RAW"]),
        "capabilities are not just",
    ),
    "a container that prepares as root": (
        lambda pod: pod.update(initContainers=[{"name": "first", "image": "mongo:6.0"}]),
        "container first: allowPrivilegeEscalation is not false",
    ),
    "no limit": (lambda pod: pod["containers"][0]["resources"]["limits"].pop("memory"), "no limits.memory"),
    "no readiness": (lambda pod: pod["containers"][0].pop("readinessProbe"), "no readinessProbe"),
    "liveness that asks for more": (
        lambda pod: pod["containers"][0]["livenessProbe"]["httpGet"].update(path="/readyz"),
        "liveness is not asked at /livez",
    ),
    "an image without a version": (
        lambda pod: pod["containers"][0].update(image="kartica/ingest"),
        "the image kartica/ingest is not one of ours with a version",
    ),
    "the latest image": (
        lambda pod: pod["containers"][0].update(image="kartica/ingest:latest"),
        "kartica/ingest:latest",
    ),
    "a foreign image": (lambda pod: pod["containers"][0].update(image="example/ingest:1.0"), "example/ingest:1.0"),
    "a short time to drain": (lambda pod: pod.update(terminationGracePeriodSeconds=30), "not longer than the drain"),
    "replicas on one node": (lambda pod: pod.pop("topologySpreadConstraints"), "no topologySpreadConstraints"),
    "a secret as a value": (
        lambda pod: pod["containers"][0]["env"].append({"name": "KARTICA_JWT_KEY", "value": "hunter2"}),
        "the value of KARTICA_JWT_KEY stands in the manifest",
    ),
    "a password in an address": (
        lambda pod: pod["containers"][0]["env"].append({"name": "PROXY", "value": "http://me:hunter2@proxy"}),
        "PROXY holds a password",
    ),
    "a lost ConfigMap": (
        lambda pod: pod["containers"][0].update(envFrom=[{"configMapRef": {"name": "gone"}}]),
        "refers to the ConfigMap gone, which is not there",
    ),
}


@pytest.mark.parametrize("what", AGAINST_THE_SCHEMA)
def test_a_pod_that_kubernetes_would_refuse_is_found(manifests: list[Manifest], what: str) -> None:
    broken, fault = AGAINST_THE_SCHEMA[what]
    broken(the(manifests, "Deployment", "ingest")["spec"]["template"]["spec"])
    assert fault in faults(manifests)


@pytest.mark.parametrize("what", AGAINST_A_RULE)
def test_a_pod_that_breaks_a_rule_of_ours_is_found(manifests: list[Manifest], what: str) -> None:
    broken, fault = AGAINST_A_RULE[what]
    broken(the(manifests, "Deployment", "ingest")["spec"]["template"]["spec"])
    assert fault in breaches(manifests)


def test_a_rolling_update_that_takes_replicas_away_is_found(manifests: list[Manifest]) -> None:
    the(manifests, "Deployment", "sla")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = 1
    assert "Deployment/sla: a rolling update may take a replica away" in breaches(manifests)


def test_a_missing_object_is_found(manifests: list[Manifest]) -> None:
    manifests.remove(the(manifests, "PodDisruptionBudget", "notify"))
    assert breaches(manifests) == "PodDisruptionBudget/notify: missing"


def test_a_service_that_selects_no_pod_is_found(manifests: list[Manifest]) -> None:
    the(manifests, "Service", "routing")["spec"]["selector"] = {"app": "routing"}
    assert "Service/routing: its selector does not match the pods" in breaches(manifests)


def test_a_secret_object_in_production_is_found(manifests: list[Manifest]) -> None:
    manifests.append(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "kartica-sla", "namespace": "kartica"}}
    )
    assert "Secret/kartica-sla: a Secret must not be part of this overlay" in breaches(manifests)


def test_an_object_outside_the_namespace_is_found(manifests: list[Manifest]) -> None:
    the(manifests, "Service", "sla")["metadata"]["namespace"] = "default"
    assert "Service/sla: not in the namespace kartica" in breaches(manifests)


def test_a_namespace_that_lets_any_pod_in_is_found(manifests: list[Manifest]) -> None:
    the(manifests, "Namespace", "kartica")["metadata"]["labels"] = {}
    assert "Namespace/kartica: the namespace does not enforce" in breaches(manifests)


def test_a_kind_that_kubernetes_does_not_have_is_found(manifests: list[Manifest]) -> None:
    the(manifests, "PodDisruptionBudget", "sla")["apiVersion"] = "policy/v1beta1"
    assert "Kubernetes 1.37 has no PodDisruptionBudget in policy/v1beta1" in faults(manifests)


def test_what_kustomize_refuses_is_said(tmp_path: Path) -> None:
    broken = tmp_path / render.OVERLAYS / "broken"
    broken.mkdir(parents=True)
    (broken / "kustomization.yaml").write_text("resources: [nowhere.yaml]\n")
    with pytest.raises(render.CannotRender, match=r"overlay broken: .*nowhere\.yaml"):
        render.render("broken", root=tmp_path)


def environment(deployment: Manifest) -> dict[str, bool]:
    """The variables that a service's pod sets, and whether each is sure to be there."""
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    return {
        variable["name"]: not variable.get("valueFrom", {}).get("secretKeyRef", {}).get("optional", False)
        for variable in container["env"]
    }


def settings_of(service: str) -> type[Settings]:
    found: type[Settings] = importlib.import_module(f"services.{service}.settings").Settings
    return found


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("service", rules.SERVICES)
def test_a_pod_has_every_setting_that_its_service_needs_and_no_unknown_one(
    rendered: dict[str, list[Manifest]], overlay: str, service: str
) -> None:
    given = environment(the(rendered[overlay], "Deployment", service))
    fields = settings_of(service).model_fields
    needed = {f"KARTICA_{name.upper()}" for name, field in fields.items() if field.is_required()}
    assert needed <= {name for name, sure in given.items() if sure}
    assert set(given) <= {f"KARTICA_{name.upper()}" for name in fields}


@pytest.mark.parametrize("service", rules.SERVICES)
def test_the_port_is_the_one_that_the_service_listens_on(rendered: dict[str, list[Manifest]], service: str) -> None:
    (container,) = the(rendered["production"], "Deployment", service)["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports["http"] == settings_of(service).model_fields["http_port"].default


def test_the_local_secrets_have_every_key_that_a_pod_needs(rendered: dict[str, list[Manifest]]) -> None:
    manifests = rendered["local"]
    keys = {item["metadata"]["name"]: set(item["data"]) for item in manifests if item["kind"] == "Secret"}
    for service in rules.SERVICES:
        for variable in the(manifests, "Deployment", service)["spec"]["template"]["spec"]["containers"][0]["env"]:
            wanted = variable.get("valueFrom", {}).get("secretKeyRef")
            if wanted and not wanted.get("optional"):
                assert wanted["key"] in keys[wanted["name"]]


def test_every_image_of_ours_has_the_version_of_the_project(rendered: dict[str, list[Manifest]]) -> None:
    version = tomllib.loads((render.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for manifests in rendered.values():
        images = [item["image"] for manifest in manifests for item in containers(pod_spec(manifest) or {})]
        own = [image for image in images if "kartica/" in image]
        assert own
        assert {image.rpartition(":")[2] for image in own} == {version}


def mounted(manifests: list[Manifest], service: str, folder: Path) -> Path:
    """The volume `config` of a service, written as a kubelet does: dated folder, link to it, links to the files."""
    volume = the(manifests, "Deployment", service)["spec"]["template"]["spec"]["volumes"][0]
    assert volume["name"] == "config"
    for source in volume["projected"]["sources"]:
        texts = the(manifests, "ConfigMap", source["configMap"]["name"])["data"]
        items = source["configMap"].get("items", [{"key": key, "path": key} for key in texts])
        for item in items:
            file = folder / "..2026_11_21" / item["path"]
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(texts[item["key"]], encoding="utf-8")
    (folder / "..data").symlink_to("..2026_11_21")
    for entry in (folder / "..2026_11_21").iterdir():
        (folder / entry.name).symlink_to(Path("..data") / entry.name)
    return folder


def files(folder: Path) -> dict[str, str]:
    found = {path: path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_text("utf-8") for path, name in found.items() if name != "kustomization.yaml"}


def test_notify_sees_all_of_the_configuration_and_reads_it(rendered: dict[str, list[Manifest]], tmp_path: Path) -> None:
    folder = mounted(rendered["production"], "notify", tmp_path)
    assert files(folder / "..data") == files(CONFIG)
    assert check_config.faults(folder) == []


@pytest.mark.parametrize("service", [name for name in rules.SERVICES if name != "notify"])
def test_the_others_see_all_but_the_templates(
    rendered: dict[str, list[Manifest]], tmp_path: Path, service: str
) -> None:
    folder = mounted(rendered["production"], service, tmp_path)
    assert files(folder / "..data") == {name: text for name, text in files(CONFIG).items() if "/" not in name}


def test_configuration_that_changed_gives_other_names_and_so_rolls_the_pods() -> None:
    with render.copy() as root:
        before = the(render.render("production", root=root), "Deployment", "sla")
        policy = root / "config" / "sla.yaml"
        policy.write_text(policy.read_text("utf-8") + "\n# changed\n", encoding="utf-8")
        after = the(render.render("production", root=root), "Deployment", "sla")
    assert before != after
