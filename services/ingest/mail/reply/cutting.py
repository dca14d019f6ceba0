"""Parts a text into what its writer wrote now and what was there before."""

from dataclasses import dataclass

from services.ingest.mail.reply.header import Header, first_header, is_followed_by_quote
from services.ingest.mail.reply.lines import BOUNDARY, MAX_LINES, QUOTE, readable
from services.ingest.mail.reply.quoted import Run, is_certain, is_sign_off, runs, written_count
from services.ingest.mail.reply.signatures import signature_start

MIN_BARE_QUOTE = 2
"""Quoted lines at the end that are a quote without a header; one alone may be anything."""
MIN_QUOTE_ABOVE = 3
"""The same above the text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`new` is what the writer wrote now, `prior` what was left out of it.

    `whole` is the text as it was, where it is not `new` followed by `prior`; empty where it is.
    """

    new: str
    prior: str = ""
    whole: str = ""

    @property
    def is_trimmed(self) -> bool:
        """Whether anything was left out."""
        return bool(self.prior)


def new_part(text: str, *, quotes: bool = True, signatures: bool = True) -> Reply:
    """What is new in a text: without its quotes and without its signatures and footers, where those go.

    Answers between quoted lines, forwarded mails and texts of which nothing would be left stay whole.
    """
    texts = text.replace("\r\n", "\n").split("\n")
    if len(texts) > MAX_LINES:
        return Reply(_without_private(text).strip())
    lines = readable("\n".join(texts))
    kept = _kept(lines, texts) if quotes else [line != BOUNDARY for line in lines]
    if signatures:
        _take_signatures(kept, lines, texts)
    return _reply(kept, lines, texts)


def _kept(lines: list[str], texts: list[str]) -> list[bool]:
    """For each line whether it is new; all are, when it is in doubt."""
    header = first_header(lines, texts)
    everything = [line != BOUNDARY for line in lines]
    if header is None:
        kept = _without_bare_quote(lines)
    elif header.kind == "forwarded":
        kept = everything
    elif is_followed_by_quote(lines, header):
        kept = _without_quote(lines, texts, header)
    else:
        kept = [place < header.start for place in range(len(lines))]
    kept += [True] * (len(lines) - len(kept))
    is_anything_left = any(keep and line for keep, line in zip(kept, lines, strict=True))
    return kept if is_anything_left else [line != BOUNDARY for line in lines]


def _without_quote(lines: list[str], texts: list[str], header: Header) -> list[bool]:
    """Without a header and the quoted lines below it; what is written below those stays."""
    below = runs(lines, header.end + 1)
    if _is_answered_within(lines, below):
        return [line != BOUNDARY for line in lines]
    written = [run for run in below if run.kind == "written"]
    kept = [place < header.start for place in range(len(lines))]
    if not written:
        return kept
    another = first_header(lines, texts, written[0].start)
    kept += [False] * (len(lines) - len(kept))
    for run in written:
        for place in range(run.start, run.end):
            kept[place] = another is None or another.kind == "forwarded" or place < another.start
    return kept


def _is_answered_within(lines: list[str], below: list[Run]) -> bool:
    """Whether the writer answered between the quoted lines: then the quote is part of what is said."""
    answers = [run for run in below if run.kind == "written" and not _is_all_signature(lines, run)]
    if len(answers) >= 2:
        return True
    later = [run for run in below if run.kind == "quoted" and answers and run.start > answers[0].start]
    return any(not is_sign_off(lines, run) for run in later)


def _is_all_signature(lines: list[str], run: Run) -> bool:
    part = lines[run.start : run.end]
    return signature_start(part, part) == 0


def _without_bare_quote(lines: list[str]) -> list[bool]:
    """Without a quote that has no header, provided that there is one only, at the end or at the beginning."""
    found = runs(lines)
    quoted = [run for run in found if run.kind == "quoted"]
    if len(quoted) != 1:
        return [True] * len(lines)
    quote, count = quoted[0], written_count(lines, quoted[0])
    certain = is_certain(lines, quote)
    above = next((line for line in reversed(lines[: quote.start]) if line), "")
    at_end = found[-1] is quote and (certain or (count >= MIN_BARE_QUOTE and not above.endswith((":", ","))))
    at_beginning = found[0] is quote and (certain or count >= MIN_QUOTE_ABOVE)
    if not (at_end or at_beginning or certain):
        return [True] * len(lines)
    return [not quote.start <= place < quote.end for place in range(len(lines))]


def _take_signatures(kept: list[bool], lines: list[str], texts: list[str]) -> None:
    """Takes signatures off the end of every part that is kept, unless nothing else is left."""
    before = list(kept)
    start = 0
    while start < len(kept):
        end = start
        while end < len(kept) and kept[end] == kept[start]:
            end += 1
        if kept[start]:
            cut = signature_start(lines[start:end], texts[start:end])
            if cut is not None:
                kept[start + cut : end] = [False] * (end - start - cut)
        start = end
    if not any(keep and line for keep, line in zip(kept, lines, strict=True)):
        kept[:] = before


def _reply(kept: list[bool], lines: list[str], texts: list[str]) -> Reply:
    new = [text for keep, text in zip(kept, texts, strict=True) if keep]
    prior = [text for keep, text, line in zip(kept, texts, lines, strict=True) if not keep and line != BOUNDARY]
    left_out = _without_private("\n".join(prior)).strip()
    is_tail = True not in kept[kept.index(False) :] if False in kept else True
    whole = "" if is_tail or not left_out else _without_private("\n".join(texts)).strip()
    return Reply(_without_private(_joined(kept, texts, lines)).strip() if left_out else _plain(new), left_out, whole)


def _joined(kept: list[bool], texts: list[str], lines: list[str]) -> str:
    """The new lines; below something that was left out, no more empty lines than stood above it."""
    out: list[str] = []
    for place, keep in enumerate(kept):
        if not keep:
            continue
        follows_cut = place > 0 and not kept[place - 1]
        if not lines[place] and (follows_cut or (place > 0 and not out)):
            kept[place] = False  # an empty line right below the cut goes with it
            continue
        out.append(texts[place])
    return "\n".join(out)


def _plain(new: list[str]) -> str:
    return _without_private("\n".join(new)).strip()


def _without_private(text: str) -> str:
    return text.replace(QUOTE, "").replace(f"{BOUNDARY}\n", "").replace(BOUNDARY, "")
