"""The first lines of an agent's mail that act, such as `#resolve` or `#transfer billing`; a mistake changes nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches

from shared.events import Status, Transfer
from shared.organisation import Organisation

_LINE = re.compile(r"#([^\W\d_][\w-]{0,30})[ \t]*:?[ \t]*(.*)")
_DURATION = re.compile(r"(\d{1,4})\s*(m|min|h|d|w)", re.IGNORECASE)
_MINUTES: Mapping[str, int] = {"m": 1, "min": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}
MAX_SNOOZE = timedelta(days=366)
MAX_LOGGED = timedelta(hours=100)
ALIASES: Mapping[str, str] = {
    "resolved": "resolve",
    "solve": "resolve",
    "solved": "resolve",
    "done": "resolve",
    "waiting": "pending",
    "on_hold": "hold",
    "reopen": "open",
    "internal": "note",
    "private": "note",
    "public": "reply",
    "assign": "transfer",
    "postpone": "snooze",
}
STATUSES: Mapping[str, Status] = {
    "resolve": "resolved",
    "pending": "pending_customer",
    "hold": "on_hold",
    "open": "open",
}


@dataclass(frozen=True, slots=True)
class Instructions:
    """What the first lines ask for, and the text below them. With `mistakes`, nothing is to be carried out.

    `internal` is None when no line says whether the text is for the customer.
    """

    text: str = ""
    internal: bool | None = None
    status: Status | None = None
    transfer: Transfer | None = None
    snooze_until: datetime | None = None
    seconds: int | None = None
    understood: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    word: str
    rest: str
    organisation: Organisation
    now: datetime


@dataclass(slots=True)
class _Wrong(Exception):
    reason: str


def read(text: str, *, organisation: Organisation, now: datetime) -> Instructions:
    """The instructions at the head of `text`. They end at the first line that does not begin with `#` and a letter."""
    found = Instructions()
    lines = text.strip().split("\n")
    for place, line in enumerate(lines):
        match = _LINE.fullmatch(line.strip())
        if match is None and line.strip():
            return _with_text(found, lines[place:])
        if match is not None:
            found = _with_line(found, match, organisation=organisation, now=now)
    return found


def _with_text(found: Instructions, lines: Sequence[str]) -> Instructions:
    """What stands below. An instruction there was meant to act, and must not reach the customer as a sentence."""
    late = [line.strip() for line in lines if (match := _LINE.fullmatch(line.strip())) and _word(match) in _READERS]
    mistakes = tuple(f"{line[:80]}: instructions stand in the first lines, above the text" for line in late)
    return replace(found, text="\n".join(lines).strip(), mistakes=(*found.mistakes, *mistakes))


def _word(match: re.Match[str]) -> str:
    return ALIASES.get(match[1].lower(), match[1].lower())


def _with_line(found: Instructions, match: re.Match[str], *, organisation: Organisation, now: datetime) -> Instructions:
    word = _word(match)
    try:
        if word not in _READERS:
            raise _Wrong(_unknown(word))
        return _READERS[word](found, _Asked(word, match[2].strip(), organisation, now))
    except _Wrong as wrong:
        return replace(found, mistakes=(*found.mistakes, f"{match[0][:80]}: {wrong.reason}"))


def _status(found: Instructions, asked: _Asked) -> Instructions:
    status = STATUSES[asked.word]
    if asked.rest:
        raise _Wrong(f"write nothing behind #{asked.word}; the text begins on a line of its own")
    if found.transfer is not None and status == "resolved":
        raise _Wrong("a resolved ticket is nobody's; keep one of these lines")
    if found.snooze_until is not None or found.status not in (None, status):
        raise _Wrong("a ticket can't have two statuses; keep one of these lines")
    return _done(replace(found, status=status), f"status {status}")


def _audience(found: Instructions, asked: _Asked) -> Instructions:
    internal = asked.word == "note"
    if asked.rest:
        raise _Wrong(f"write nothing behind #{asked.word}; the text begins on a line of its own")
    if found.internal not in (None, internal):
        raise _Wrong("a text is either a #note or a #reply; keep one of these lines")
    return _done(
        replace(found, internal=internal), "the text is an internal note" if internal else "the text is a reply"
    )


def _transfer(found: Instructions, asked: _Asked) -> Instructions:
    if found.transfer is not None:
        raise _Wrong("a ticket can't go to two places; keep one of these lines")
    if found.status == "resolved":
        raise _Wrong("a resolved ticket is nobody's; keep one of these lines")
    first, _, rest = asked.rest.partition(" ")
    team, agent = _name(first), None
    if team in asked.organisation.agents and team not in asked.organisation.teams:
        team, agent = _team_of(team, asked.organisation), team
    elif rest.startswith("@"):
        second, _, rest = rest.partition(" ")
        agent = _name(second)
    if team not in asked.organisation.teams:
        teams, agents = sorted(asked.organisation.teams), sorted(asked.organisation.agents)
        raise _Wrong(f"name a team ({', '.join(teams)}) or an agent ({', '.join(agents)[:300]})")
    if agent is not None and agent not in asked.organisation.teams[team].agents:
        raise _Wrong(f"{agent} is not in {team}; name one of {', '.join(asked.organisation.teams[team].agents)}")
    reason = rest.strip() or f"#transfer {asked.rest}"
    transfer = Transfer(team=team, agent=agent, reason=reason[:500])
    return _done(replace(found, transfer=transfer), f"transfer to {agent or team}")


def _name(word: str) -> str:
    return word.strip("@:,.").lower()


def _team_of(agent: str, organisation: Organisation) -> str:
    teams = [name for name, team in organisation.teams.items() if agent in team.agents]
    if len(teams) == 1:
        return teams[0]
    if not teams:
        raise _Wrong(f"{agent} is in no team; name a team")
    raise _Wrong(f"{agent} is in several teams; write #transfer {teams[0]} @{agent}, or another of {', '.join(teams)}")


def _snooze(found: Instructions, asked: _Asked) -> Instructions:
    if found.status is not None or found.snooze_until is not None:
        raise _Wrong("a snoozed ticket has no other status; keep one of these lines")
    until = _time(asked.rest, now=asked.now)
    if not asked.now < until <= asked.now + MAX_SNOOZE:
        raise _Wrong("the time must lie ahead, within a year")
    return _done(replace(found, snooze_until=until), f"snooze until {until.isoformat(timespec='minutes')}")


def _log_time(found: Instructions, asked: _Asked) -> Instructions:
    if found.seconds is not None:
        raise _Wrong("the time is given twice; keep one of these lines")
    spent = _duration(asked.rest)
    if spent is None or not timedelta(0) < spent <= MAX_LOGGED:
        raise _Wrong("say how long it took, for example #time 15m or #time 2h")
    return _done(replace(found, seconds=int(spent.total_seconds())), f"{asked.rest} of work logged")


def _time(text: str, *, now: datetime) -> datetime:
    ahead = _duration(text)
    if ahead is not None:
        return now + ahead
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise _Wrong("say how long, for example #snooze 2d (m, h, d, w), or until when: 2026-12-01T09:00+01:00")
    return found


def _duration(text: str) -> timedelta | None:
    match = _DURATION.fullmatch(text.strip())
    return timedelta(minutes=int(match[1]) * _MINUTES[match[2].lower()]) if match else None


def _unknown(word: str) -> str:
    near = get_close_matches(word, _READERS, n=1)
    meant = f"; did you mean #{near[0]}?" if near else "."
    return f"there is no such instruction{meant} There are {', '.join(f'#{name}' for name in _READERS)}."


def _done(found: Instructions, words: str) -> Instructions:
    return replace(found, understood=(*found.understood, words))


_READERS: Mapping[str, Callable[[Instructions, _Asked], Instructions]] = {
    **dict.fromkeys(STATUSES, _status),
    "note": _audience,
    "reply": _audience,
    "transfer": _transfer,
    "snooze": _snooze,
    "time": _log_time,
}
