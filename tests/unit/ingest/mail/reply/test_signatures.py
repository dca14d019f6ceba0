"""Signatures and footers: what programs and rules add goes, what the writer may mean stays."""

import pytest

from services.ingest.mail.reply.cutting import new_part
from services.ingest.mail.reply.languages import LANGUAGES
from services.ingest.mail.reply.signatures import is_mobile
from services.ingest.mail.reply.verbs import _STEMS
from tests.unit.ingest.mail.reply.clients import MOBILE


@pytest.mark.parametrize("line", MOBILE)
def test_footer_of_a_telephone_goes(line: str) -> None:
    assert is_mobile(line)
    assert new_part(f"It is dark.\n\n{line}\n").new == "It is dark."


NOTICES = {
    "en": "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received it in error, please delete it.",
    "de": "Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind oder diese E-Mail irrtümlich erhalten haben, informieren Sie bitte den Absender und vernichten Sie diese Mail.",
    "fr": "Ce message est confidentiel et destiné exclusivement à son destinataire. Si vous l'avez reçu par erreur, merci de le détruire.",
    "it": "Le informazioni contenute in questo messaggio sono riservate e per uso esclusivo del destinatario. Se ricevete questo messaggio per errore, Vi preghiamo di cancellarlo.",
    "es": "Este mensaje es confidencial y va dirigido a su destinatario. Si lo ha recibido por error, le rogamos que lo elimine.",
    "sl": "To sporočilo je zaupno in namenjeno le naslovniku. Če ste ga prejeli pomotoma, vas prosimo, da ga takoj izbrišete in nas obvestite.",
    "hr": "Ova poruka je povjerljiva i namijenjena samo primatelju. Ako ste je primili greškom, molimo vas da je odmah izbrišete i obavijestite nas.",
    "he": "הודעה זו מכילה מידע סודי ומיועדת לנמען בלבד. אם קיבלת הודעה זו בטעות, נא למחוק אותה ולהודיע לשולח בהקדם האפשרי. תודה על שיתוף הפעולה.",
    "ru": "Это сообщение конфиденциально и предназначено только для адресата. Если вы получили его по ошибке, просим удалить его и сообщить отправителю.",
}  # fmt: skip


@pytest.mark.parametrize("notice", NOTICES.values(), ids=NOTICES)
def test_legal_notice_goes(notice: str) -> None:
    reply = new_part(f"It is dark.\n\nJana\n\n{'_' * 30}\n{notice}\n")
    assert reply.new == "It is dark.\n\nJana"
    assert notice in reply.prior


@pytest.mark.parametrize("delimiter", ["-- ", "--", "—"])
def test_what_stands_below_a_delimiter_goes(delimiter: str) -> None:
    assert new_part(f"It is dark.\n\n{delimiter}\nJana Novak\nTel. 040 123 456\n").new == "It is dark."


def test_footer_of_a_list_goes_and_the_name_above_it() -> None:
    footer = "_" * 47 + "\nlamps mailing list\nlamps@lists.example\nhttps://lists.example/listinfo/lamps"
    assert new_part(f"It is dark.\n\n-Jana Novak\n\n{footer}\n").new == "It is dark."


STAYS = [
    "It is dark.\n\nBest regards\nJana Novak\nTel. 040 123 456",
    "It is dark.\n\nLep pozdrav, Jana",
    "It is dark.\n\n-- \nJana\n" + "More of what is dark.\n" * 60,
    "Sent from my iPhone",
    "Hi\n\nSent from my iPhone\n\nThe lamp is dark, please send me another one.",
    "It is dark again.\n\nSent from my iPhone\n\nPS: Since Monday.",
    "This e-mail is confidential and intended solely for you, dear addressee; I sent it in error once, please delete the other.",
]


@pytest.mark.parametrize("text", STAYS)
def test_what_the_writer_may_mean_stays(text: str) -> None:
    assert new_part(text).new == text.strip()


def test_signatures_stay_when_they_are_asked_for() -> None:
    text = "It is dark.\n\n-- \nJana\n\nSent from my iPhone"
    assert new_part(text, signatures=False).new == text


def test_signature_above_a_quote_goes_too() -> None:
    reply = new_part("Yes.\n\n-- \nJana\n\nOn Fri, 20 Nov 2026 at 10:15, Ana wrote:\n> on?\n")
    assert reply.new == "Yes."
    assert reply.prior == "-- \nJana\n\nOn Fri, 20 Nov 2026 at 10:15, Ana wrote:\n> on?"


def test_every_verb_can_be_found_fast_by_a_word_of_it() -> None:
    assert all(_STEMS)
    assert len({language.code for language in LANGUAGES}) == len(LANGUAGES)
