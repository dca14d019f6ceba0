"""`make corpus`: scores the three collections of a folder, prints what failed, and ends with one line of JSON."""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

PARTS = ("mail", "replies", "bounces")


def main() -> int:
    """The exit status: 0 when everything that is there was measured."""
    folder = Path(os.environ.get("KARTICA_CORPUS") or "../shared/data")
    if not folder.is_dir():
        print(f"There is no folder {folder}: set KARTICA_CORPUS to the one that holds {', '.join(PARTS)}.")
        return 1
    scores: dict[str, Any] = {}
    slowest, failed = 0.0, False
    for part in PARTS:
        if not (folder / part / "expected.jsonl").is_file():
            print(f"{part}: left out, there is no {folder / part / 'expected.jsonl'}")
            continue
        try:
            found = importlib.import_module(f"bench.corpus.{part}").score(folder / part, show=print)
        except Exception:
            print(f"{part}: could not be measured\n{traceback.format_exc()}")
            failed = True
            continue
        slowest = max(slowest, found.pop("max_seconds"))
        scores[part] = found
    print(json.dumps({**scores, "max_seconds": round(slowest, 3)}, ensure_ascii=False))
    return 1 if failed or not scores else 0


if __name__ == "__main__":
    sys.exit(main())
