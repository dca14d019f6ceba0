"""Arrays and a document as one file: numpy's archive without pickles, so reading one never runs anything."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from services.routing.learning.model.verdicts import BrokenModel

DOCUMENT = "document"
LARGEST = 512 * 1024 * 1024
"""Bytes that a file may unpack to: far above any real model, and below what would take the machine down."""

Arrays = Mapping[str, np.ndarray[Any, Any]]


def packed(document: Mapping[str, Any], arrays: Arrays) -> bytes:
    """One file of both; the same content gives the same bytes."""
    words = np.frombuffer(json.dumps(document, ensure_ascii=False, sort_keys=True).encode(), np.uint8)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **{DOCUMENT: words}, **dict(sorted(arrays.items())))
    return file.getvalue()


def unpacked(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]:
    """The document and the arrays; `BrokenModel` where the file is not one that `packed` wrote."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST:
                raise BrokenModel(f"the file unpacks to more than {LARGEST} bytes")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        document = json.loads(arrays.pop(DOCUMENT).tobytes())
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError, NotImplementedError, zlib.error) as error:
        raise BrokenModel(f"the file is damaged: {error}") from error
    if not isinstance(document, dict):
        raise BrokenModel("the file is damaged: its document is no object")
    return document, arrays
