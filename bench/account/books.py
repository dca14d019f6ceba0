"""What ingest has written down, and whether it adds up with what its senders were told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import MongoClient

from bench.account.inputs import Sent
from deploy.local.stack import Stack

FINAL = ("opened", "joined", "suppressed", "quarantined")


class Books:
    """The database of ingest, read as an auditor would: by its documents, not by its interface."""

    def __init__(self, stack: Stack) -> None:
        client: Any = MongoClient(stack.nodes.mongodb_url, tz_aware=True)
        self._database = client[stack.database("ingest")]

    def waiting(self) -> int:
        """Inputs without an outcome, and events that are still to be sent."""
        pending = self._database.inputs.count_documents({"state": "pending"})
        unsent = self._database.handled.count_documents({"unsent": {"$exists": True}})
        return int(pending + unsent)

    def balance(self, sent: Iterable[Sent]) -> dict[str, Any]:
        """Every accepted input against its one line in the ledger and its one message in a ticket."""
        marks = {one.mark: one for one in sent}
        states = Counter(document["state"] for document in self._database.inputs.find({}, {"state": 1}))
        found = self._found()
        kept = [mark for mark, one in marks.items() if one.fate == "kept"]
        silent = [mark for mark, one in marks.items() if one.fate == "suppressed"]
        lost = [mark for mark in kept if found.get(mark, 0) == 0]
        doubled = [mark for mark in marks if found.get(mark, 0) > 1]
        return {
            "accepted": len(marks),
            "inputs": sum(states.values()),
            "outcomes": dict(states),
            "lost": len(lost),
            "doubled": len(doubled),
            "suppressed_wrongly_kept": sum(found.get(mark, 0) > 0 for mark in silent),
            "balanced": self._is_balanced(states, marks, lost, doubled),
            "examples": (lost + doubled)[:5],
        }

    def _found(self) -> Mapping[str, int]:
        """How many messages of tickets hold each mark."""
        texts = self._database.messages.find({}, {"text": 1, "prior_text": 1})
        return Counter(
            word.strip(".,")
            for document in texts
            for word in f"{document['text']} {document.get('prior_text', '')}".split()
            if word.startswith("mark")
        )

    @staticmethod
    def _is_balanced(states: Mapping[str, int], marks: Mapping[str, Sent], lost: list[str], doubled: list[str]) -> bool:
        ended = sum(states.get(state, 0) for state in FINAL)
        return ended == sum(states.values()) == len(marks) and not lost and not doubled
