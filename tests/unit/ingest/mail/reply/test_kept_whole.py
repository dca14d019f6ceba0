"""What customers write themselves, and what looks like a quote, a header or a signature and is none."""

import pytest

from services.ingest.mail.reply.cutting import new_part

WHOLE = [
    "On Monday I wrote: nothing happened.\nSince then the lamp is dark.",
    "On Monday, 16 November 2026 at 10:15 I wrote:\n\nPlease help.\n\nNobody answered.",
    "On 16.11.2026 at 10:15 my wife wrote to you:\n\nPlease help.\n\nNobody answered.",
    "On 16.11.2026 at 10:15 I wrote to ana@svetilka.example:\n\nPlease help.\n\nNobody answered.",
    "From: Ljubljana To: Zagreb, the train was late.\nPlease refund.",
    "From: Ljubljana\nTo: Zagreb\nDate: 12. 3. 2026\n\nThe train was late, please refund.",
    "Please book:\n\nFrom: Ljubljana\nTo: Zagreb\nDate: 12. 3. 2026 10:15\n\nTwo adults.",
    "New message from the site\n\nName: Jana\nFrom: jana@novak.example\nSubject: Lamp\n\nMessage:\nThe lamp is dark.",
    "My order:\n- lamp\n- cable\n\n-- two of each\n\nThanks",
    "| a | b |\n| -- | -- |\n| 1 | 2 |\nThe table above is wrong.",
    "First problem\n--\nThe lamp is dark.\n--\nWhy is the second cable missing?",
    "When I type it I get:\n> access denied\n> try later",
    "When I start it:\n\n```\n$ lamp --on\n> error 5\n```\n\nWhat now?",
    "Sent from my warehouse to you on Monday, it has not arrived.",
    "Sent from my desk, is much easier then my mobile phone.",
    "Poslano po pošti v ponedeljek, pa še ni prispelo.",
    "Verschickt mit DHL am Montag, noch nicht angekommen.",
    "Poslano z DHL v ponedeljek",
    "Enviado por correo ayer, todavía no ha llegado.",
    "Sipariş bana dün gönderildi",
    "Date: 12. 3. 2026\nTime: 10:00\nAddress: 5 Main St\n\nPlease come.",
    "Visit us now for assistance...\n>>> >>>  http://www.domain.com <<<\nVisit our site by clicking the link above",
    "The bill says:\n\nTotal: 5\nDate: 3.4.2026\nSubject: lamp\n\nThat is wrong.",
    "> one quoted line",
    "Our contract is confidential and the intended recipient got it in error. Please delete it and tell me what to do next, we need it until Friday at the latest.",
    "I need:\n\n-Lamp Shade",
    "Am Montag schrieb mir Ihr Kollege:\nDie Lampe kommt.\nSie kam nicht.",
    "Ihr Kollege schrieb am 20.11.2026 um 10:15 auf den Lieferschein:\n\nnicht angetroffen.\n\nIch war aber da.",
    "Dne 20. 11. 2026 ob 10:15 sem vam napisal:\n\nLuč ne sveti.\n\nOdgovora ni.",
    "Le 20/11/2026 à 10:15, j'ai écrit :\n\nLa lampe est cassée.",
    "At 10:15 on 20.11.2026 the parcel was sent:\n\n1x lamp\n2x cable",
    "These are the steps:\n\n20.11.2026 10:15: dark\n21.11.2026 11:20: still dark",
    "20.11.2026 10:15 called\nAna answered, wrote a note:\nnothing happened",
    "Please send the bill to\nJana Novak <jana@novak.example>:\n\nStreet 5\nLjubljana",
    "Best wishes\n\nJana\n____________________\nMain St 5\nLjubljana",
    "Subject: lamp\nDate: today\n\nIt is dark.",
    "Hi,\n\nsee the original message below\n\nOriginal message\n\nThe lamp is dark.",
    "To: whom it may concern\nFrom: Jana\nRe: lamp\n\nIt is dark.",
    "- yes\n- no\n- On Fri, 20 Nov 2026 I will be away:\n- and back on Monday",
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
    "Hello.\n\nBegin forwarded message:\n\n> From: Jo <jo@x.example>\n> Subject: x\n>\n> Some text.",
    "Glej spodaj.\n\n-------- Posredovano sporočilo --------\nOd: Jo <jo@x.example>\nDatum: 20. 11. 2026 10:15\nZa: Ana\n\nBesedilo.",
    "-----Original Message-----\nFrom: Ana\nSent: 20. 11. 2026 10:15\nTo: Jana\nSubject: Lamp\n\nIs it on?",
    "> q1\nanswer one\n> q2\nanswer two\n\n> q3\n> q4",
]


@pytest.mark.parametrize("text", WHOLE)
def test_text_stays_whole_in_doubt(text: str) -> None:
    assert new_part(text).new == text.strip()
    assert new_part(text).prior == ""


BIG = {
    "lines": "On " * 50_000 + "\n" + "> x\n" * 100_000,
    "blanks": " " * 100_000,
    "tabs": "\t" * 100_000 + "x",
    "a gap after the verb": f"On Friday Svetilka wrote{' ' * 100_000}x",
    "a gap in a separator": "--" + " " * 100_000 + "Original",
    "headers that are none": "On 12. 3. 2026 at 10:15 it <a@b.example> said:\n" * 20_000,
    "fields that are none": "From: a b c\n" * 80_000,
    "verbs": ("wrote " * 90 + ":\n") * 1_800,
    "dashes": "-- a b c --\n" * 80_000,
    "delimiters": "--\n" * 45_000 + "text",
    "footers of lists": f"{'_' * 40}\nunsubscribe\n" * 15_000,
    "addresses": "a@" * 500_000,
    "answers": "> a quoted line of some length, and so on and\nanswer\n" * 20_000,
}


@pytest.mark.parametrize("text", BIG.values(), ids=BIG)
def test_no_text_holds_the_service_up(text: str) -> None:
    """Patterns that try every way to share out a gap would take minutes here, and stop all other work meanwhile."""
    got = new_part(f"Ja, je.\n{text}\nHvala")
    assert got.new.startswith("Ja, je.")
