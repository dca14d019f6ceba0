"""Makes a folder of configuration a kustomize component: `python -m deploy.k8s.configmap [FOLDER]`.

kustomize reads files only from below the kustomization that names them, and knows neither wildcards nor folders
in a ConfigMap. So the folder itself gets a kustomization.yaml, which names every file in it, makes two ConfigMaps
(their names change with the content, which is what rolls the pods) and mounts them in the services: the files of
the folder itself in all five, the templates in notify. An overlay says `components: [path/to/the/folder]`.
"""

import sys
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

TEMPLATES = "templates"
SERVICES = "ingest|routing|sla|notify|reporting"
HEADER = "# Written by `make k8s-config`: every file of this folder, as ConfigMaps for the services, at /config.\n"


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "config")
    (folder / "kustomization.yaml").write_text(text(folder), encoding="utf-8")


def text(folder: Path) -> str:
    """The kustomization of the folder as it is now."""
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    # ".." is what a mounted ConfigMap calls its own folders.
    shown = [file for file in files if not any(part.startswith(".") for part in PurePosixPath(file).parts)]
    return HEADER + _yaml(component(shown))


def component(files: Iterable[str]) -> dict[str, Any]:
    """The component for these files, paths relative to the folder."""
    own, templates = [], {}
    for file in files:
        if file.startswith(f"{TEMPLATES}/"):
            templates[file.replace("/", "__")] = file
        elif "/" not in file and file != "kustomization.yaml":
            own.append(file)
    items = [{"key": key, "path": path} for key, path in templates.items()]
    return {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "configMapGenerator": [
            {"name": "kartica-config", "files": own},
            {"name": "kartica-templates", "files": [f"{key}={path}" for key, path in templates.items()]},
        ],
        "patches": [
            _mount(SERVICES, {"configMap": {"name": "kartica-config"}}),
            _mount("notify", {"configMap": {"name": "kartica-templates", "items": items}}),
        ],
    }


def _mount(services: str, source: dict[str, Any]) -> dict[str, Any]:
    """Adds a source to the volume "config", which is the first one in base/every-pod.yaml."""
    operations = [
        {"op": "test", "path": "/spec/template/spec/volumes/0/name", "value": "config"},
        {"op": "add", "path": "/spec/template/spec/volumes/0/projected/sources/-", "value": source},
    ]
    return {"target": {"kind": "Deployment", "name": services}, "patch": _Block(_yaml(operations))}


class _Block(str):
    """A text of several lines that is written as such."""


class _Dumper(yaml.SafeDumper):
    def represent_block(self, text: _Block) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|")


_Dumper.add_representer(_Block, _Dumper.represent_block)


def _yaml(content: Any) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=120)


if __name__ == "__main__":
    main()
