"""`make check-config` names a mistake in any file that a service reads at its start, with its line."""

import shutil
from pathlib import Path

import pytest

from deploy.check_config import faults

CONFIG = Path(__file__).parents[3] / "config"
MISTAKES = {
    "how tickets live": ("tickets.yaml", "close_after_hours: 96", "close_after_hours: -3", "close_after_hours: "),
    "a phase's status": ("tickets.yaml", "status: on_hold", "status: waiting", "phases.in_workshop.status: "),
    "a beginning": ("tickets.yaml", "status: on_hold", "status: new", "status: a ticket is new only once"),
    "a misspelt key": ("tickets.yaml", "fields_version:", "field_version:", "field_version: there is no such key"),
    "two mailboxes, one address": (
        "channels.yaml",
        "  - address: sales@svetilka.example",
        "  - address: podpora@svetilka.example",
        "mailboxes.1: podpora@svetilka.example is given twice",
    ),
    "a webhook of nobody": (
        "channels.yaml",
        "mail_webhooks: {}",
        "mail_webhooks: { mg: { provider: mailgun, otherwise: nobody@svetilka.example } }",
        "mail_webhooks.mg.otherwise: nobody@svetilka.example is none of the mailboxes",
    ),
    "a manager of no team": ("notify.yaml", "manager_team: management", "manager_team: board", "no team 'board'"),
    "a template": ("templates/sl/reply.txt", "{{ text }}", "{{ txt }}", "txt"),
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    return folder


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_its_file_and_line(config: Path, name: str) -> None:
    file, right, wrong, reason = MISTAKES[name]
    path = config / file
    text = path.read_text("utf-8")
    line = text[: text.index(right)].count("\n") + 1
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    found = [fault for fault in faults(config) if reason in fault]
    assert [fault for fault in found if fault.startswith(f"{path}:{line}: ")] != [], faults(config)


def test_a_file_that_is_not_there_is_named(config: Path) -> None:
    (config / "tickets.yaml").unlink()
    assert any("tickets.yaml: can't be read" in fault for fault in faults(config))


def test_the_example_company_holds() -> None:
    assert faults(CONFIG) == []
