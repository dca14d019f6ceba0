"""A process that only loads a model and predicts, one message at a time on one thread, as the service's does.

`python -m bench.classify.alone MODEL` reads a JSON list of texts on standard input and answers with one of JSON.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.routing.learning.model.verdicts import Prediction

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")

LOOK_EVERY = 50


@dataclass(frozen=True, slots=True)
class Run:
    """What the process predicted, how long each message took, the core's work for one, and the most memory held."""

    predictions: list[Prediction]
    milliseconds: list[float]
    cpu_milliseconds: float
    rss_mb: float


def run(model: Path, texts: Sequence[str]) -> Run:
    command = [sys.executable, "-m", "bench.classify.alone", str(model)]
    done = subprocess.run(
        command, input=json.dumps(list(texts)), capture_output=True, text=True, check=False, env=os.environ | ONE_THREAD
    )
    if done.returncode:
        raise RuntimeError(f"the predicting process failed: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout)
    predictions = [
        Prediction(one["category"], one["probability"], tuple((name, share) for name, share in one["ranked"]))
        for one in answer["predictions"]
    ]
    return Run(predictions, answer["milliseconds"], answer["cpu_milliseconds"], answer["rss_mb"])


def main(model_file: str) -> None:
    # Imported here: the process that measures does without.
    from services.routing.learning.model.model import Model

    model = Model.decoded(Path(model_file).read_bytes())
    texts = json.load(sys.stdin)
    predictions, milliseconds, most = [], [], 0.0
    working = time.process_time()
    for text in texts:
        begun = time.perf_counter()
        predictions += model.predict([text])
        milliseconds.append((time.perf_counter() - begun) * 1000)
        if len(milliseconds) % LOOK_EVERY == 1:
            most = max(most, _resident())
    working = (time.process_time() - working) * 1000 / max(1, len(texts))
    answers = [{"category": one.category, "probability": one.probability, "ranked": one.ranked} for one in predictions]
    times = {"milliseconds": milliseconds, "cpu_milliseconds": working}
    print(json.dumps({"predictions": answers, "rss_mb": most, **times}))


def _resident() -> float:
    status = Path("/proc/self/status").read_text("ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main(sys.argv[1])
