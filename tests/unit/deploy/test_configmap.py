"""config/ as a component of kustomize names every file that is there, and the secrets stay out of git and of checks."""

import re
from pathlib import Path

import yaml

from deploy import credentials
from deploy.k8s import configmap, render

CONFIG = render.ROOT / "config"


def test_the_component_names_every_file_that_is_there() -> None:
    there = (CONFIG / "kustomization.yaml").read_text("utf-8")
    assert there == configmap.text(CONFIG), "run `make k8s-config`"


def test_a_template_in_a_new_language_is_mounted_in_notify() -> None:
    made = configmap.component(["sla.yaml", "templates/it/reply.txt", "templates/layout.html", "kustomization.yaml"])
    own, templates = made["configMapGenerator"]
    assert own == {"name": "kartica-config", "files": ["sla.yaml"]}
    assert templates["files"] == [
        "templates__it__reply.txt=templates/it/reply.txt",
        "templates__layout.html=templates/layout.html",
    ]
    everybody, notify = made["patches"]
    assert re.fullmatch(everybody["target"]["name"], "reporting")
    assert notify["target"]["name"] == "notify"
    (_, mount) = yaml.safe_load(notify["patch"])
    assert mount["value"]["configMap"]["items"][0] == {
        "key": "templates__it__reply.txt",
        "path": "templates/it/reply.txt",
    }


def test_hidden_files_are_no_configuration(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("sla.yaml", ".sla.yaml.swp", ".git/config"):
        (tmp_path / name).write_text("")
    own = yaml.safe_load(configmap.text(tmp_path))["configMapGenerator"][0]
    assert own["files"] == ["sla.yaml"]


def test_the_real_secrets_never_get_into_a_check(tmp_path: Path) -> None:
    for used in render.USED:
        (tmp_path / used).mkdir(parents=True)
    folder = render.OVERLAYS / "local" / "secrets" / "passwords.json"
    credentials.write((tmp_path / folder).parent, broker="rabbitmq:5672", database="mongodb:27017")
    with render.copy(tmp_path) as root:
        assert (root / folder).read_text("utf-8") != (tmp_path / folder).read_text("utf-8")


def test_git_ignores_the_secrets() -> None:
    ignore = (render.ROOT / render.OVERLAYS / "local" / "secrets" / ".gitignore").read_text("utf-8")
    assert ignore.splitlines() == ["*", "!.gitignore"]
