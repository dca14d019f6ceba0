"""Only thanks, or more than that: in doubt more."""

import pytest

from services.ingest.conversation.thanks import only_thanks

THANKS = [
    "Thanks!", "Thank you so much for your quick help.", "thx", "Many thanks, it works now!", "Thanks :)",
    "Thank you 🙏❤️",
    "Hvala lepa!", "Najlepša hvala za hitro pomoč.", "Hvala, dela! Lp", "Hvala vam puno.", "Hvala lijepo na trudu"[:12],
    "Vielen Dank!", "Danke schön, alles gut.", "Herzlichen Dank für die schnelle Antwort", "Merci beaucoup !",
    "Mille grazie", "Grazie mille per la risposta!", "Muchas gracias", "Muito obrigada!", "Hartelijk bedankt",
    "Dank je wel!",
    "Dziękuję bardzo", "Děkuji moc", "Ďakujem", "Köszönöm szépen!", "Tack så mycket!", "Mange takk",
    "Mange tak!", "Kiitos paljon",
    "Спасибо большое!", "Дуже дякую", "Ευχαριστώ πολύ", "Çok teşekkür ederim", "תודה רבה!", "תודה על העזרה",
    "شكرا جزيلا", "谢谢！", "謝謝您", "ありがとうございます。", "감사합니다", "Terima kasih", "Cảm ơn",
]  # fmt: skip
MORE = [
    "", "  ", "Ok", "It works.", "Thanks, but it is still dark.", "Thanks. When does it come?", "Thanks? Really？",
    "Thanks, call me at 040 123 456", "Thanks for nothing.", "Hvala, ne dela", "Hvala, a še vedno ne dela",
    "Danke, aber nein.",
    "Danke, es funktioniert nicht", "Thank you, please cancel it.", "Grazie, ma non va", "Thanks, see https://x.example",
    "Thanks. The other lamp has gone dark as well since yesterday evening.", "Спасибо, но не работает",
    "תודה, אבל לא עובד",
    "Thanks @ana", "Merci, mais encore en panne", "Gracias, ¿y el otro?", "No thanks", "Nein danke", "Ne, hvala", "Tak",
    "谢谢，但是还不行", "Thanks " + "very " * 30, "No, gracias",
]  # fmt: skip


@pytest.mark.parametrize("text", THANKS)
def test_says_no_more_than_thanks(text: str) -> None:
    assert only_thanks(text)


@pytest.mark.parametrize("text", MORE)
def test_says_more_than_thanks(text: str) -> None:
    assert not only_thanks(text)


def test_file_is_more_than_thanks() -> None:
    assert not only_thanks("Thanks!", has_files=True)
