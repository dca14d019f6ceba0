"""The parts of a multipart/form-data body (RFC 7578), collected while a parser finds them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.multipart import parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MAX_FIELDS = 100


@dataclass(slots=True)
class Parts:
    """Collects what the multipart parser finds."""

    at_most: int = MAX_FIELDS
    found: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    ended: bool = False
    _headers: dict[str, str] = field(default_factory=dict)
    _name: bytes = b""
    _value: bytes = b""
    _content: bytearray = field(default_factory=bytearray)

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_part_data": self._add_content,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def fields(self) -> Iterator[tuple[str, str]]:
        """Name and text of every part that is no file."""
        for options, _, content in self._described():
            if b"filename" not in options:
                yield options.get(b"name", b"").decode("utf-8", "replace"), content.decode("utf-8", "replace")

    def files(self) -> Iterator[tuple[str, str, bytes]]:
        """Name, content type and bytes; a browser sends a part without name for "no file chosen"."""
        for options, kind, content in self._described():
            if b"filename" in options and (content or options[b"filename"]):
                yield options[b"filename"].decode("utf-8", "replace"), kind, content

    def _described(self) -> Iterator[tuple[dict[bytes, bytes], str, bytes]]:
        for headers, content in self.found:
            _, options = parse_options_header(headers.get("content-disposition", ""))
            yield options, headers.get("content-type", ""), content

    def _begin(self) -> None:
        if len(self.found) >= self.at_most:
            raise ValueError(f"more than {self.at_most} parts")
        self._headers = {}
        self._content = bytearray()

    def _add_name(self, chunk: bytes, start: int, end: int) -> None:
        self._name += chunk[start:end]

    def _add_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value += chunk[start:end]

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = self._value.decode("latin-1")
        self._name = self._value = b""

    def _add_content(self, chunk: bytes, start: int, end: int) -> None:
        self._content += chunk[start:end]

    def _end(self) -> None:
        self.found.append((self._headers, bytes(self._content)))

    def _finish(self) -> None:
        self.ended = True
