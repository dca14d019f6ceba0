"""Whether a message says no more than thanks; in doubt it says more, and wakes its ticket."""

import re
import unicodedata

MOST_WORDS = 8
MOST_LETTERS = 120


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_THANKS = _words(
    """
    thanks thank thx tnx cheers
    hvala hvalavam zahvaljujem zahvaljujemo zahvaljujemse најлепша хвала захваљујем благодаря благодарам мерси
    danke dankeschön vielendank merci bedanke
    grazie ringrazio gracias agradezco obrigado obrigada gràcies grazas
    bedankt dank dankjewel dankuwel
    dziękuję dziękujemy dziekuje dzięki dzieki děkuji děkujeme dekuji díky diky ďakujem dakujem vďaka
    köszönöm köszönjük köszi mulțumesc multumesc mersi
    tack takk kiitos kiitti aitäh tänan paldies ačiū aciu
    спасибо благодарю дякую дякуємо дзякуй
    ευχαριστώ ευχαριστούμε teşekkürler teşekkür tesekkurler sağol sağolun
    תודה שוקרן شكرا شكراً متشكرم ممنون धन्यवाद ধন্যবাদ
    terima kasih salamat cảm camon ขอบคุณ faleminderit
    """
)
_BESIDE = _words(
    """
    you so much very a lot many again for the your quick fast great help support answer reply response kind
    all best regards kindly and is it now works working fine perfect super great excellent ok okay good day nice
    everything have weekend evening dear team hi hello
    vam ti lepa lepo najlepša najlepse najlepša puno lijepa lijepo mnogo za hitro hitri hiter brz brzi odgovor pomoč
    pomoc pomoć in i vse sve je dobro odlično odlicno super dela radi deluje zdaj sada lp pozdrav pozdravljeni lep
    srdačan dan dober dobar več
    vielen herzlichen besten schön schönen schöne ihnen dir euch für die schnelle hilfe antwort und es
    funktioniert jetzt
    alles gut grüße gruß mfg viele liebe tag sehr super prima
    beaucoup mille pour votre aide réponse bonne journée cordialement très bien parfait et
    mille tante molte per la risposta aiuto cordiali saluti buona giornata tutto bene perfetto molto
    muchas mil por su tu ayuda respuesta saludos todo bien perfecto muito pela resposta ajuda
    u wel je voor hulp snelle antwoord heel hartelijk erg groeten
    bardzo serdecznie za pomoc odpowiedź pozdrawiam moc mockrát pěkně velmi
    så mycket för hjälpen mange tusen tusind takk så hjelpen hjælpen paljon avusta szépen nagyon segítséget
    большое огромное вам за помощь ответ быстрый дуже щиро велике вам за допомогу
    הרבה רבה רב מאוד לכם לך על העזרה התשובה המהירה הכל בסדר עובד מצוין יום טוב
    πολύ σας çok ederim ederiz yardımınız için جزيلا جدا لكم खूब banyak nhiều ơn
    """
)
_PHRASES = re.compile(
    r"(?:mange|tusind)\s?tak(?:\sfor\shjælpen)?|tak\sfor\shjælpen|"
    r"(?:谢谢|謝謝|多谢|感谢|感謝)(?:您|你|你们|您的帮助|了)?|ありがとう(?:ございます|ございました)?|"
    r"(?:どうも)?有難うございます|감사합니다|고맙습니다|고마워요"
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_DOUBTFUL = re.compile(r"[?？؟;\d@/]|https?:|%")


def only_thanks(text: str, *, has_files: bool = False) -> bool:
    """Whether nobody has to read the message: a word of thanks in a few words that mean nothing else.

    A question mark, a digit, an address, a file, more than eight words, or a single word that is not
    known here, and the message says more.
    """
    said = " ".join(text.split())
    if has_files or not said or len(said) > MOST_LETTERS or _DOUBTFUL.search(_without_smileys(said)):
        return False
    plain = _without_smileys(said).casefold().strip(" .!,。！、")
    if _PHRASES.fullmatch(plain):
        return True
    words = _WORD.findall(plain)
    if not 0 < len(words) <= MOST_WORDS or not any(word in _THANKS for word in words):
        return False
    return all(word in _THANKS or word in _BESIDE for word in words)


def _without_smileys(text: str) -> str:
    """The text without emoji and the old smileys, which say nothing that has to be answered."""
    plain = re.sub(r"(?:(?<=\s)|^)[:;]-?[)D(]", " ", text)
    return "".join(letter for letter in plain if unicodedata.category(letter) not in ("So", "Sk", "Cf", "Mn"))
