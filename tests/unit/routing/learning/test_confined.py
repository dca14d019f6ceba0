"""Processes beside the service take no more of a container's memory than is theirs."""

from pathlib import Path

import pytest

from services.routing.processes.confined import affordable

GIB = 1024**3


@pytest.mark.parametrize(("limit", "memory"), [(str(2 * GIB), GIB), (str(64 * GIB), 3 * GIB), ("max", 3 * GIB)])
def test_a_process_takes_its_share_of_the_container_at_most(tmp_path: Path, limit: str, memory: int) -> None:
    file = tmp_path / "memory.max"
    file.write_text(f"{limit}\n", encoding="ascii")
    assert affordable(3 * GIB, share=0.5, container=file) == memory


def test_without_a_container_there_is_no_other_limit(tmp_path: Path) -> None:
    assert affordable(GIB, share=0.5, container=tmp_path / "memory.max") == GIB
