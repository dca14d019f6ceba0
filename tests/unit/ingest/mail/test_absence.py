"""Notes of absence in the languages of the desk's customers, and people who only mention that they are away."""

import pytest

from services.ingest.mail.absence import is_note, titled
from services.ingest.mail.absence_phrases import PHRASES

LANGUAGES = ("en", "de", "fr", "it", "es", "pt", "nl", "pl", "sv", "da", "no", "fi", "ru", "uk", "zh", "ja")
LANGUAGES += ("sl", "hr", "sr", "he")

TITLES = {
    "en": [
        *("Out of Office: Lamp", "Automatic reply: Lamp", "Auto-Reply: Lamp", "Out of the office", "Autoreply"),
        *("AUTO: Jane Doe is out of the office (returning 09/18/2026)", "On vacation: Re: Lamp"),
    ],
    "de": ["Abwesenheitsnotiz: Lampe", "Automatische Antwort: Lampe", "Abwesend"],
    "fr": ["Réponse automatique : Lampe", "Absence du bureau", "Absent du bureau : Re: Lampe"],
    "it": ["Risposta automatica: Lampada", "Fuori ufficio: Lampada", "Assente"],
    "es": ["Respuesta automática: Lámpara", "Fuera de la oficina", "Ausente: Lámpara"],
    "pt": ["Resposta automática: Candeeiro", "Fora do escritório", "Ausente do escritório"],
    "nl": ["Automatisch antwoord: Lamp", "Afwezig: Lamp", "Afwezigheidsbericht"],
    "pl": ["Automatyczna odpowiedź: Lampa", "Odpowiedź automatyczna: Lampa", "Poza biurem"],
    "sv": ["Autosvar: Lampa", "Automatiskt svar: Lampa", "Frånvaro: Lampa"],
    "da": ["Automatisk svar: Lampe", "Autosvar: Lampe", "Fraværende"],
    "no": ["Automatisk svar: Lampe", "Fravær: Lampe", "Ikke på kontoret"],
    "fi": ["Automaattinen vastaus: Lamppu", "Poissa: Lamppu", "Poissaoloviesti"],
    "ru": ["Автоматический ответ: Лампа", "Автоответ: Лампа", "Вне офиса"],
    "uk": ["Автоматична відповідь: Лампа", "Автовідповідь: Лампа", "Поза офісом"],
    "zh": ["自动回复：灯", "自动答复: 灯", "自動回覆: 燈"],
    "ja": ["自動返信: ランプ", "自動応答：ランプ", "不在通知"],
    "sl": ["Samodejni odgovor: Svetilka", "Odsoten: Svetilka", "Odsotna"],
    "hr": ["Automatski odgovor: Lampa", "Izvan ureda", "Odsutan: Lampa"],
    "sr": ["Аутоматски одговор: Лампа", "Van kancelarije", "Odsutna"],
    "he": ["מענה אוטומטי: מנורה", "תשובה אוטומטית: מנורה", "מחוץ למשרד"],
}

NOTES = {
    "en": [
        "I am currently out of the office until Monday.",
        "Hello,\n\nI will be on annual leave until 3 March.",
        "Thank you for your email. I am out of the office with limited access to email and will reply when I return."
        "\n\nIn urgent cases please contact Ana.\n\nKind regards\nJane",
        "Hi,\n\nI'm on vacation until Friday. I will get back to you on Monday.\n\nBest\nJo",
    ],
    "de": [
        "Ich bin derzeit nicht im Büro.",
        "Sehr geehrte Damen und Herren,\n\nich bin bis zum 5. Mai im Urlaub. In dringenden Fällen hilft Ihnen "
        "Frau Huber.\n\nMit freundlichen Grüßen",
        "Guten Tag,\n\nvielen Dank für Ihre Nachricht. Ich bin ab dem 3. März wieder erreichbar. "
        "Ihre E-Mail wird nicht weitergeleitet.",
    ],
    "fr": [
        "Bonjour,\n\nJe suis actuellement en congés jusqu'au 12 août. En cas d'urgence, contactez Mme Petit.",
        "Je suis absent du bureau. Je serai de retour lundi.",
    ],
    "it": [
        "Buongiorno,\n\nsono in ferie fino al 20 agosto. Per urgenze contattare Rossi.",
        "Sono fuori ufficio. Rientrerò lunedì.",
    ],
    "es": [
        "Hola,\n\nEstoy fuera de la oficina hasta el lunes. Para asuntos urgentes escriba a Ana.",
        "Estaré de vacaciones hasta el 5 de mayo.",
    ],
    "pt": [
        "Bom dia,\n\nEstou de férias até 5 de maio. Para assuntos urgentes contacte a Ana.",
        "Estou ausente do escritório. Regresso na segunda-feira.",
    ],
    "nl": [
        "Beste,\n\nIk ben momenteel afwezig. In dringende gevallen kunt u bellen met Jan.",
        "Ik ben op vakantie. Maandag ben ik terug.",
    ],
    "pl": [
        "Dzień dobry,\n\njestem na urlopie do 5 maja. W pilnych sprawach proszę o kontakt z Anną.",
        "Przebywam na urlopie. Wracam w poniedziałek.",
    ],
    "sv": [
        "Hej!\n\nJag är på semester. Vid brådskande ärenden, ring Anna.",
        "Jag är inte på kontoret. Jag är tillbaka på måndag.",
    ],
    "da": [
        "Hej\n\nJeg er på ferie. Jeg er tilbage på mandag.",
        "Jeg er ikke på kontoret. Hvis det haster, så ring til Anna.",
    ],
    "no": ["Hei,\n\nJeg er på ferie. Jeg er tilbake mandag.", "Jeg er ikke på kontoret. Ved hastesaker kontakt Anna."],
    "fi": [
        "Hei,\n\nolen lomalla. Palaan maanantaina.",
        "En ole toimistolla. Kiireellisissä asioissa ota yhteyttä Annaan.",
    ],
    "ru": [
        "Здравствуйте!\n\nЯ в отпуске до 5 мая. В срочных случаях пишите Анне.",
        "Меня нет в офисе. Вернусь в понедельник.",
    ],
    "uk": [
        "Добрий день!\n\nЯ у відпустці до 5 травня. У термінових випадках пишіть Анні.",
        "Мене немає в офісі. Повернусь у понеділок.",
    ],
    "zh": ["您好，我正在休假。如有紧急事务请联系王先生。", "我目前不在办公室，无法及时回复邮件。"],
    "ja": [
        "いつもお世話になっております。\n現在、休暇を取得しており不在です。お急ぎの場合は山田までご連絡ください。",
        "ただいま外出しております。15日以降に連絡いたします。",
    ],
    "sl": [
        "Trenutno nisem v pisarni. Vrnem se v ponedeljek.",
        "Pozdravljeni,\n\nsem na dopustu do 5. 8. V nujnih primerih pišite Ani.\n\nLep pozdrav",
        "Odsoten sem do ponedeljka. Na pošto bom odgovoril po vrnitvi.",
    ],
    "hr": [
        "Trenutno sam na godišnjem odmoru.",
        "Poštovani,\n\nnisam u uredu do ponedjeljka. U hitnim slučajevima javite se Ani.",
    ],
    "sr": [
        "Trenutno sam na odmoru. Vraćam se u ponedeljak.",
        "Нисам у канцеларији. У хитним случајевима позовите Ану.",
    ],
    "he": ["אני מחוץ למשרד עד יום ראשון", "שלום,\n\nאני בחופשה. במקרים דחופים אפשר לפנות לדנה."],
}

PEOPLE = [
    "I'm on vacation and my lamp broke. What can I do?",
    "I am on holiday until Friday. My lamp broke yesterday.",
    "Hello,\n\nI am away from the office and cannot find my invoice.\n\nJane",
    "I am out of office. Please send the replacement to my home address.",
    "I will be on leave next week, so please deliver the lamp after the 15th.",
    "Ich bin im Urlaub und meine Lampe ist kaputt.",
    "Ich bin bis Freitag im Urlaub. Bitte liefern Sie erst danach.",
    "Je suis en vacances et ma lampe ne marche plus.",
    "Sono in ferie ma la lampada non funziona.",
    "Estoy de vacaciones y la lámpara no funciona.",
    "Estou de férias e o candeeiro avariou.",
    "Ik ben op vakantie en mijn lamp is stuk.",
    "Jestem na urlopie i moja lampa nie działa.",
    "Jag är på semester och min lampa är trasig.",
    "Jeg er på ferie, og min lampe er i stykker.",
    "Olen lomalla ja lamppuni ei toimi.",
    "Я в отпуске, и моя лампа сломалась.",
    "Я у відпустці, і моя лампа зламалась.",
    "我正在休假，但是灯坏了，请问怎么办？",
    "ただいま外出中ですが、ランプが壊れました。修理をお願いします。",
    "Na dopustu sem in svetilka je nehala delovati.",
    "Trenutno nisem v pisarni in ne najdem računa.",
    "Trenutno sam na godišnjem i lampa mi se pokvarila.",
    "Trenutno sam na odmoru i lampa ne radi.",
    "אני בחופשה והמנורה שלי התקלקלה",
]

PEOPLES_TITLES = [
    "I was out of office when the lamp broke",
    "Out of office phone does not ring",
    "Automatic reply is switched on by mistake, how do I stop it?",
    "On vacation with a broken lamp",
    "Urlaub im Hotel Svetilka",
    "Abwesenheit unseres Monteurs am Montag",
    "Odsotnega signala ni",
    "Vacances annulées, remboursement",
    "Re: Lamp",
    "Autosvaret virker ikke",
    "Отпуск не оплачен",
    "休假申请的问题",
    "חופשה שהוזמנה אצלכם",
    *("Urlaub", "Dopust", "Odsotnost", "Ferie", "Semester", "On holiday", "En vacances", "Отпуск", "休暇", "חופשה"),
    *("Urlaub: Zimmer mit Balkon", "Dopust: prestavitev termina", "Absence"),
    "!" * 20_000,
]


def test_every_language_has_its_words() -> None:
    assert set(PHRASES) == set(LANGUAGES) == set(TITLES) == set(NOTES)


@pytest.mark.parametrize("title", [title for titles in TITLES.values() for title in titles])
def test_title_of_an_automatic_reply_is_recognised(title: str) -> None:
    assert titled(title)


@pytest.mark.parametrize(
    "title",
    ["Automatická odpověď: Lampa", "Automatikus válasz: Lámpa", "Automātiskā atbilde: Lampa", "자동 회신: 램프"],
)
def test_title_is_recognised_beyond_the_languages_of_the_desk(title: str) -> None:
    assert titled(title)


@pytest.mark.parametrize("title", PEOPLES_TITLES, ids=[title[:40] for title in PEOPLES_TITLES])
def test_title_of_a_person_is_not(title: str) -> None:
    assert not titled(title)


@pytest.mark.parametrize("text", [text for texts in NOTES.values() for text in texts])
def test_note_of_absence_is_recognised(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize("text", PEOPLE)
def test_person_who_is_away_and_wants_something_is_not(text: str) -> None:
    assert not is_note(text)


@pytest.mark.parametrize("text", ["a " * 500_000, "I am " * 300_000, "sem " * 300_000, "。" * 500_000, "\n" * 500_000])
def test_no_text_holds_the_service_up(text: str) -> None:
    assert not is_note(text)
    assert not titled(text)
