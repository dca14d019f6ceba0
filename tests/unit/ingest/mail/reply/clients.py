"""How mail programs quote, by language: the lines that they put above the mail which was answered."""

from dataclasses import dataclass

ANA = "Svetilka Podpora <podpora@svetilka.example>"

WROTE: dict[str, tuple[str, ...]] = {
    "en": (
        f"On Fri, 20 Nov 2026 at 10:15, {ANA} wrote:",
        f"On Fri, Nov 20, 2026 at 10:15 AM {ANA} wrote:",
        "On Nov 20, 2026, at 10:15, Svetilka Podpora <podpora@svetilka.example> wrote:",
        "On 20/11/2026, 10:15, \"Svetilka Podpora\" <podpora@svetilka.example> wrote:",
        "On 20.11.26 10:15, Svetilka Podpora wrote:",
        "Svetilka Podpora <podpora@svetilka.example> wrote on 20/11/2026 10:15:00 AM:",
        "---- On Fri, 20 Nov 2026 10:15:00 +0100 Svetilka Podpora<podpora@svetilka.example> wrote ----",
        "On Friday, November 20th, 2026 at 10:15 AM, Svetilka Podpora <podpora@svetilka.example> wrote:",
        "On Friday, November 20, 2026 at 10:15:00 AM GMT+1, Svetilka Podpora <podpora@svetilka.example> wrote:",
        "At 2026-11-20 10:15:00, \"Svetilka Podpora\" <podpora@svetilka.example> wrote:",
    ),
    "de": (
        f"Am Fr., 20. Nov. 2026 um 10:15 Uhr schrieb {ANA}:",
        "Am 20.11.2026 um 10:15 schrieb Svetilka Podpora:",
        "Am 20.11.26 um 10:15 schrieb Svetilka Podpora <podpora@svetilka.example>:",
        f"{ANA} schrieb am Fr., 20. Nov. 2026, 10:15:",
        "Am Freitag, 20. November 2026 um 10:15:00 MEZ hat Svetilka Podpora <podpora@svetilka.example> Folgendes geschrieben:",
        "Am Freitag, 20. November 2026 schrieb Svetilka Podpora <podpora@svetilka.example>:",
    ),
    "fr": (
        f"Le ven. 20 nov. 2026 à 10:15, {ANA} a écrit :",
        "Le 20/11/2026 à 10:15, Svetilka Podpora a écrit :",
        f"Le 20 nov. 2026 à 10:15, {ANA} a écrit :",
        f"Le vendredi 20 novembre 2026, {ANA} a écrit :",
        f"Le vendredi 20 novembre 2026 à 10:15:00 UTC+1, {ANA} a écrit :",
    ),
    "it": (
        f"Il giorno ven 20 nov 2026 alle ore 10:15 {ANA} ha scritto:",
        "Il 20/11/2026 10:15, Svetilka Podpora ha scritto:",
        f"Il giorno 20 nov 2026, alle ore 10:15, {ANA} ha scritto:",
        f"Il venerdì 20 novembre 2026 alle ore 10:15:00 CET, {ANA} ha scritto:",
    ),
    "es": (
        "El vie, 20 nov 2026 a las 10:15, Svetilka Podpora (<podpora@svetilka.example>) escribió:",
        "El 20/11/2026 a las 10:15, Svetilka Podpora escribió:",
        f"El 20 nov 2026, a las 10:15, {ANA} escribió:",
        f"El viernes, 20 de noviembre de 2026, 10:15:00 CET, {ANA} escribió:",
    ),
    "pt": (
        f"Em sex., 20 de nov. de 2026 às 10:15, {ANA} escreveu:",
        "Em 20/11/2026 10:15, Svetilka Podpora escreveu:",
        f"{ANA} escreveu (sexta, 20/11/2026 à(s) 10:15):",
        f"Em sexta-feira, 20 de novembro de 2026 10:15:00 GMT, {ANA} escreveu:",
    ),
    "nl": (
        f"Op vr 20 nov 2026 om 10:15 schreef {ANA}:",
        f"Op 20 nov. 2026, om 10:15 heeft {ANA} het volgende geschreven:",
        "Op 20-11-2026 om 10:15 schreef Svetilka Podpora:",
    ),
    "pl": (
        f"pt., 20 lis 2026 o 10:15 {ANA} napisał(a):",
        "W dniu 20.11.2026 o 10:15, Svetilka Podpora pisze:",
        f"Dnia 20 listopada 2026 10:15 {ANA} napisał(a):",
        f"Wiadomość napisana przez {ANA} w dniu 20.11.2026, o godz. 10:15:",
    ),
    "sv": (
        f"Den fre 20 nov. 2026 kl 10:15 skrev {ANA}:",
        f"20 nov. 2026 kl. 10:15 skrev {ANA}:",
        "Den 2026-11-20 kl. 10:15, skrev Svetilka Podpora:",
    ),
    "da": (
        f"Den fre. 20. nov. 2026 kl. 10.15 skrev {ANA}:",
        f"Den 20. nov. 2026 kl. 10.15 skrev {ANA}:",
        "Den 20.11.2026 kl. 10.15 skrev Svetilka Podpora:",
    ),
    "no": (
        f"fre. 20. nov. 2026 kl. 10:15 skrev {ANA}:",
        f"20. nov. 2026 kl. 10:15 skrev {ANA}:",
        "Den 20.11.2026 10:15, skrev Svetilka Podpora:",
        f"På fredag 20. november 2026 kl. 10:15, {ANA} skrev:",
    ),
    "fi": (
        "pe 20. marrask. 2026 klo 10.15 Svetilka Podpora (podpora@svetilka.example) kirjoitti:",
        f"{ANA} kirjoitti 20.11.2026 kello 10.15:",
        "Svetilka Podpora kirjoitti 20.11.2026 klo 10.15:",
    ),
    "ru": (
        f"пт, 20 нояб. 2026 г. в 10:15, {ANA}:",
        "20.11.2026 10:15, Svetilka Podpora пишет:",
        f"20 нояб. 2026 г., в 10:15, {ANA} написал(а):",
        f"Пятница, 20 ноября 2026, 10:15 +03:00 от {ANA}:",
        f"20.11.2026, 10:15, {ANA} написал:",
    ),
    "uk": (
        f"пт, 20 лист. 2026 р. о 10:15 {ANA} пише:",
        f"20 лист. 2026 р. о 10:15 {ANA} написав(ла):",
        "20.11.2026 10:15, Svetilka Podpora пише:",
    ),
    "zh": (
        f"{ANA} 于2026年11月20日周五 10:15写道：",
        f"在 2026年11月20日，10:15，{ANA} 写道：",
        "在 2026-11-20 10:15:00，\"Svetilka Podpora\" <podpora@svetilka.example> 写道：",
        f"{ANA} 於 2026年11月20日 週五 上午10:15寫道：",
    ),
    "ja": (
        f"2026年11月20日(金) 10:15 {ANA}:",
        f"2026/11/20 10:15、{ANA}のメール:",
        "On 2026/11/20 10:15, Svetilka Podpora wrote:",
        f"2026年11月20日(金) 10:15、{ANA} さんは書きました:",
    ),
    "sl": (
        f"V V pet., 20. nov. 2026 ob 10:15 je oseba {ANA} napisala:",
        f"V pet., 20. nov. 2026 ob 10:15 je oseba {ANA} napisala:",
        "Dne 20. 11. 2026 ob 10:15 je Svetilka Podpora napisal(a):",
        f"Dne 20. nov. 2026 ob 10:15 je {ANA} napisal/-a:",
        "20. 11. 2026 ob 10:15 je oseba Svetilka Podpora napisala:",
    ),
    "hr": (
        f"pet, 20. stu 2026. u 10:15 {ANA} napisao je:",
        f"Dana 20. stu 2026. u 10:15 {ANA} napisao/la je:",
        "Dana 20. 11. 2026. u 10:15 Svetilka Podpora je napisao/la:",
        f"{ANA} je 20.11.2026. u 10:15 napisala:",
    ),
    "sr": (
        f"пет, 20. нов 2026. у 10:15 {ANA} је написао/ла:",
        f"pet, 20. nov 2026. u 10:15 {ANA} je napisao/la:",
        "Дана 20.11.2026. у 10:15, Svetilka Podpora је написао/ла:",
    ),
    "he": (
        "\u202bבתאריך יום ו׳, 20 בנוב׳ 2026 ב-10:15 מאת \u202aSvetilka Podpora\u202c\u200f <\u202apodpora@svetilka.example\u202c\u200f>:\u202c",
        "\u200fבתאריך 20 בנוב׳ 2026, בשעה 10:15, Svetilka Podpora <podpora@svetilka.example> כתב/ה:",
        "ב-20 בנוב׳ 2026, בשעה 10:15, Svetilka Podpora כתבה:",
    ),
    "cs": (f"pá 20. 11. 2026 v 10:15 odesílatel {ANA} napsal:", "Dne 20. 11. 2026 v 10:15 Svetilka Podpora napsal(a):"),
    "sk": (f"pi 20. 11. 2026 o 10:15 {ANA} napísal(a):", "Dňa 20. 11. 2026 o 10:15 Svetilka Podpora napísal(a):"),
    "hu": (
        f"{ANA} ezt írta (időpont: 2026. nov. 20., P, 10:15):",
        f"2026. 11. 20. dátummal, 10:15 időpontban {ANA} ezt írta:",
    ),
    "ro": (f"În vin., 20 nov. 2026 la 10:15, {ANA} a scris:", f"Pe 20 nov. 2026, la 10:15, {ANA} a scris:"),
    "tr": (
        f"{ANA}, 20 Kas 2026 Cum, 10:15 tarihinde şunu yazdı:",
        "20.11.2026 10:15 tarihinde Svetilka Podpora yazdı:",
    ),
    "ar": (
        f"في الجمعة، 20 نوفمبر 2026 في 10:15 ص تمت كتابة ما يلي بواسطة \u202a{ANA}\u202c:",
        f"في 20 نوفمبر 2026، الساعة 10:15، كتب {ANA}:",
    ),
    "ko": (f"2026년 11월 20일 (금) 오전 10:15, {ANA}님이 작성:", f"2026. 11. 20. 오전 10:15, {ANA} 작성:"),
    "bg": (f"На пт, 20.11.2026 г. в 10:15 {ANA} написа:", "На 20.11.2026 г. в 10:15, Svetilka Podpora написа:"),
    "el": (
        f"Στις Παρ 20 Νοε 2026 στις 10:15 π.μ., ο χρήστης {ANA} έγραψε:",
        "Στις 20/11/2026 10:15, ο Svetilka Podpora έγραψε:",
    ),
    "et": (f"{ANA} kirjutas kuupäeval R, 20. november 2026 kell 10:15:",),
    "lt": (f"2026-11-20, pn, 10:15 {ANA} rašė:",),
    "lv": ("piektd., 2026. g. 20. nov., plkst. 10:15 — lietotājs Svetilka (<podpora@svetilka.example>) rakstīja:",),
    "vi": (f"Vào Th 6, 20 thg 11, 2026 vào lúc 10:15 {ANA} đã viết:",),
    "id": (f"Pada tanggal Jum, 20 Nov 2026 pukul 10.15 {ANA} menulis:",),
    "-": (
        f"2026-11-20 10:15 GMT+02:00 {ANA}:",
        f"Fri, 20 Nov 2026 10:15:00 +0100 {ANA}:",
    ),
}  # fmt: skip
"""Gmail, Apple Mail, Thunderbird, Outlook for Mac and telephones, Yahoo, Proton, Zoho, Zimbra, GMX, Mail.ru, QQ."""

FIELDS: dict[str, tuple[str, str, str, str]] = {
    "en": ("From", "Sent", "To", "Subject"),
    "de": ("Von", "Gesendet", "An", "Betreff"),
    "fr": ("De ", "Envoyé ", "À ", "Objet "),
    "it": ("Da", "Inviato", "A", "Oggetto"),
    "es": ("De", "Enviado el", "Para", "Asunto"),
    "pt": ("De", "Enviada em", "Para", "Assunto"),
    "nl": ("Van", "Verzonden", "Aan", "Onderwerp"),
    "pl": ("Od", "Wysłano", "Do", "Temat"),
    "sv": ("Från", "Skickat", "Till", "Ämne"),
    "da": ("Fra", "Sendt", "Til", "Emne"),
    "no": ("Fra", "Sendt", "Til", "Emne"),
    "fi": ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"),
    "ru": ("От", "Отправлено", "Кому", "Тема"),
    "uk": ("Від", "Надіслано", "Кому", "Тема"),
    "zh": ("发件人", "发送时间", "收件人", "主题"),
    "ja": ("差出人", "送信日時", "宛先", "件名"),
    "sl": ("Od", "Poslano", "Za", "Zadeva"),
    "hr": ("Šalje", "Poslano", "Prima", "Predmet"),
    "sr": ("Шаље", "Послато", "Прима", "Наслов"),
    "he": ("מאת", "נשלח", "אל", "נושא"),
    "cs": ("Od", "Odesláno", "Komu", "Předmět"),
    "sk": ("Od", "Odoslané", "Komu", "Predmet"),
    "hu": ("Feladó", "Elküldve", "Címzett", "Tárgy"),
    "ro": ("De la", "Trimis", "Către", "Subiect"),
    "tr": ("Kimden", "Gönderildi", "Kime", "Konu"),
    "ar": ("من", "تم الإرسال", "إلى", "الموضوع"),
    "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
    "bg": ("От", "Изпратено", "До", "Относно"),
    "el": ("Από", "Στάλθηκε", "Προς", "Θέμα"),
    "et": ("Saatja", "Saadetud", "Adressaat", "Teema"),
    "lt": ("Nuo", "Išsiųsta", "Kam", "Tema"),
    "lv": ("No", "Nosūtīts", "Kam", "Temats"),
}

ORIGINAL: dict[str, tuple[str, ...]] = {
    "en": ("Original Message",),
    "de": ("Ursprüngliche Nachricht", "Originalnachricht", "Original-Nachricht"),
    "fr": ("Message d'origine", "Message original"),
    "it": ("Messaggio originale",),
    "es": ("Mensaje original",),
    "pt": ("Mensagem original",),
    "nl": ("Oorspronkelijk bericht", "Origineel bericht"),
    "pl": ("Wiadomość oryginalna", "Oryginalna wiadomość"),
    "sv": ("Ursprungligt meddelande", "Originalmeddelande"),
    "da": ("Oprindelig meddelelse", "Original meddelelse"),
    "no": ("Opprinnelig melding",),
    "fi": ("Alkuperäinen viesti",),
    "ru": ("Исходное сообщение",),
    "uk": ("Вихідне повідомлення", "Оригінальне повідомлення"),
    "zh": ("原始邮件", "原始郵件"),
    "ja": ("元のメッセージ",),
    "sl": ("Izvirno sporočilo", "Originalno sporočilo"),
    "hr": ("Izvorna poruka", "Originalna poruka"),
    "sr": ("Оригинална порука",),
    "he": ("הודעה מקורית",),
    "cs": ("Původní zpráva",),
    "sk": ("Pôvodná správa",),
    "hu": ("Eredeti üzenet",),
    "ro": ("Mesaj original",),
    "tr": ("Orijinal Mesaj",),
    "ar": ("الرسالة الأصلية",),
    "ko": ("원본 메시지",),
    "bg": ("Оригинално съобщение",),
    "el": ("Αρχικό μήνυμα",),
}

MOBILE = (
    "Sent from my iPhone", "Sent from my Samsung Galaxy smartphone.", "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>", "Sent from Mail for Windows 10", "Sent from Yahoo Mail on Android",
    "Sent via BlackBerry by AT&T", "Sent with Proton Mail secure email.", "Von meinem iPhone gesendet",
    "Gesendet von Mail für Windows", "Von meinem Samsung Galaxy Smartphone gesendet.", "Gesendet mit der GMX Mail App",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Envoyé de mon iPhone",
    "Envoyé depuis mon smartphone Samsung Galaxy.", "Télécharger Outlook pour iOS<https://aka.ms/o0ukef>", "Inviato da iPhone",
    "Inviato dal mio smartphone Samsung", "Inviato da Libero Mail per Android", "Enviado desde mi iPhone",
    "Enviado desde mi Samsung Mobile de Claro", "Enviado do meu iPhone", "Enviado a partir do meu telemóvel Samsung",
    "Verstuurd vanaf mijn iPhone", "Verzonden vanuit Outlook voor Android", "Wysłane z iPhone'a", "Wysłano z telefonu Samsung",
    "Skickat från min iPhone", "Skickat från Outlook för iOS", "Sendt fra min iPhone", "Sendt fra Outlook for Android",
    "Lähetetty iPhonesta", "Lähetetty Samsung-puhelimesta", "Отправлено с iPhone", "Отправлено из мобильной Яндекс.Почты",
    "Надіслано з iPhone", "发自我的iPhone", "從我的 iPhone 傳送", "iPhoneから送信", "Poslano z mojega iPhona", "Poslano iz mojega iPhona",
    "Poslano s mojeg iPhonea", "Poslato sa mog iPhone-a", "Послато са iPhone уређаја", "נשלח מה-iPhone שלי", "Odesláno z iPhonu",
    "Odoslané z iPhonu", "Trimis de pe iPhone", "iPhone'umdan gönderildi", "나의 iPhone에서 보냄", "Изпратено от моя iPhone",
    "Στάλθηκε από το iPhone μου", "Saadetud minu iPhone'ist", "Elküldve az iPhone-omról", "أُرسلت من الـ iPhone",
)  # fmt: skip


@dataclass(frozen=True)
class Quoting:
    """The header above a quote, and whether the quoted lines have marks."""

    language: str
    header: str
    marked: bool


def quotings() -> list[Quoting]:
    """Every header of every language, in the forms that programs write it."""
    found = []
    for language, headers in WROTE.items():
        found += [Quoting(language, header, marked) for header in headers for marked in (True, False)]
    for language, names in FIELDS.items():
        found += [Quoting(language, block, False) for block in _blocks(*names)]
    for language, phrases in ORIGINAL.items():
        for phrase in phrases:
            found += [
                Quoting(language, f"{dashes}{phrase}{dashes}", False) for dashes in ("-----", "-------- ", "----- ")
            ]
    return found


def _blocks(sender: str, sent: str, to: str, subject: str) -> list[str]:
    values = (ANA, "20. 11. 2026 10:15", "Jana Novak <jana@novak.example>", "Re: [#4711] Lamp")
    plain = [f"{name}: {value}" for name, value in zip((sender, sent, to, subject), values, strict=True)]
    bold = [f"*{name}:* {value}" for name, value in zip((sender, sent, to, subject), values, strict=True)]
    no_address = [f"{sender}: Svetilka Podpora", *plain[1:2], f"{to}: Jana Novak", plain[3]]
    return ["\n".join(one) for one in (plain, ["_" * 32, *plain], bold, no_address)]
