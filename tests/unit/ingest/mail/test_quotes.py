"""The new part of a reply; in doubt everything."""

import pytest

from services.ingest.mail.quotes import new_part

QUOTE = "\n> Pozdravljeni,\n> ali je vtič vstavljen?\n"
HEADERS = [
    "On Fri, 20 Nov 2026 at 10:15, Svetilka <support@svetilka.example> wrote:",
    "On Nov 20, 2026, Svetilka Support\n<support@svetilka.example> wrote:",
    "Am Fr., 20. Nov. 2026 um 10:15 Uhr schrieb Svetilka <support@svetilka.example>:",
    "Am 20.11.2026 um 10:15 schrieb Svetilka:",
    "Dne 20. 11. 2026 ob 10:15 je Svetilka napisal(a):",
    "Dne pet., 20. nov. 2026 ob 10:15 je oseba Svetilka <support@svetilka.example> napisala:",
    "V pet., 20. nov. 2026 je Svetilka <support@svetilka.example> napisal:",
    "Dana pet, 20. stu 2026. u 10:15 Svetilka <support@svetilka.example> je napisao/la:",
    "pet, 20. stu 2026. u 10:15 Svetilka <support@svetilka.example> napisao je:",
    "\u200f\u202bבתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:15 מאת \u202aSvetilka\u202c\u200f כתב:\u202c",
    "ב-20 בנוב׳ 2026, Svetilka כתבה:",
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Izvirno sporočilo-----",
    "-----Izvorna poruka-----",
    "-----הודעה מקורית-----",
    "From: Svetilka <support@svetilka.example>\nSent: Friday, November 20, 2026 10:15\nTo: Jana\nSubject: RE: Lamp",
    "Von: Svetilka\nGesendet: Freitag, 20. November 2026 10:15\nAn: Jana\nBetreff: AW: Lampe",
    "Od: Svetilka\nPoslano: petek, 20. november 2026 10:15\nZa: Jana\nZadeva: RE: Luč",
    "מאת: Svetilka\nנשלח: יום שישי 20 נובמבר 2026\nאל: Jana\nנושא: RE: מנורה",
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
def test_quote_below_its_header_is_left_out(header: str) -> None:
    reply = new_part(f"Ja, je.\n\nLep pozdrav\n\n{header}\n{QUOTE}")
    assert reply.new == "Ja, je.\n\nLep pozdrav"
    assert "ali je vtič vstavljen?" in reply.prior


WHOLE = [
    "Just a text.",
    "I wrote:\nThe lamp is broken.",
    "On Monday I bought a lamp.\nOn Tuesday my wife wrote to you.",
    "> Is it plugged in?\nYes.\n> Since when?\nMonday.",
    "On Fri, 20 Nov 2026, Svetilka wrote:\n> Is it plugged in?\nYes.\n> Since when?\nMonday.",
    "> only a quote\n> and nothing else",
    "See below.\n\n---------- Forwarded message ---------\nFrom: Jo\nDate: Mon\nSubject: x\nTo: y\n\nThe text.",
    "From: my point of view it is broken.",
    "Od: jutri dalje ne dela.\nPoslano po telefonu",
    "",
]


@pytest.mark.parametrize("text", WHOLE)
def test_text_stays_whole_in_doubt(text: str) -> None:
    assert new_part(text).new == text.strip()
    assert new_part(text).prior == ""


def test_quoted_end_without_a_header_is_left_out() -> None:
    assert new_part("Yes, it is.\n\n> Is it plugged in?\n> Ana\n").new == "Yes, it is."


def test_hundred_thousand_lines_are_no_problem() -> None:
    text = "On " * 50_000 + "\n" + "> x\n" * 100_000
    assert new_part(text).new == text


@pytest.mark.parametrize(
    "line",
    [
        " " * 100_000,
        "\t" * 100_000 + "x",
        f"On Friday Svetilka wrote{' ' * 100_000}x",
        "--" + " " * 100_000 + "Original",
    ],
    ids=["blanks", "tabs", "a gap after the verb", "a gap in a separator"],
)
def test_no_line_holds_the_service_up(line: str) -> None:
    """Patterns that try every way to share out a gap would take minutes here, and stop all other work meanwhile."""
    assert new_part(f"Ja, je.\n{line}\nHvala").new.endswith("Hvala")
