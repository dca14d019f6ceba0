"""English, German and Dutch."""

from services.ingest.mail.reply.languages.language import Language

ENGLISH = Language(
    code="en",
    openings=("On", "At", "In message"),
    wrote=(r"wrote", r"writes", r"has written", r"said", r"sent", r"replied"),
    first_person=(r"(?:I|we|my \w+|our \w+|he|she|they|your \w+)(?: have| had| also| then| already)? (?:wrote|sent|said)",),
    sender=("From", "Author"),
    sent=("Sent", "Sent on", "Sent at", "Date sent"),
    date=("Date", "Received"),
    to=("To", "Recipient", "Recipients"),
    copy=("Cc", "Bcc", "Reply-To", "Reply to", "Organization", "Importance", "Attachments", "Sensitivity", "Priority"),
    subject=("Subject", "Re"),
    original=("Original Message", "Original Mail", "Original Email", "Original E-Mail", "Original Appointment",
              "Original Text", "Reply Message", "Replied Message", "Original"),
    forwarded=("Forwarded Message", "Forwarded by", "Forwarded Mail", "Forwarded Letter", "Forwarded",
               "Begin forwarded message", "Start of forwarded message"),
    mobile=(
        r"sent (?:from|via|using|with) (?:my |the |a )?(?:[\w’'+/-]+ ){0,4}(?:iphone|ipad|ipod|ipod touch|apple watch|"
        r"android|blackberry|samsung|galaxy|huawei|xiaomi|redmi|pixel|oneplus|motorola|nokia|lg|htc|sony|xperia|"
        r"windows phone|mobile|phone|smartphone|cell|cellphone|cell phone|handheld|tablet|device|mobile device|"
        r"wireless device|outlook|outlook mobile|outlook for ios|outlook for android|yahoo mail|gmail|gmail mobile|"
        r"mail|mailbox|mail\.ru|proton ?mail|k-9 mail|airmail|spark|mailbird|tutanota|aol|nine|bluemail|aquamail|myMail|"
        r"typeapp|newton mail|polymail|acompli|boxer|zoho mail|windows|fairemail|canary|superhuman|front)"
        r"(?: [\w.+/&-]+){0,5}",
        r"sent from my (?:(?!with |to |in |on |at |by |for |yesterday|today|last )\w[\w+-]* ?){1,3}",
        r"from my (?:[\w-]+ ){0,2}(?:iphone|ipad|android|galaxy|blackberry|mobile|phone)(?: [\w+-]+){0,2}",
        r"sent by (?:my )?(?:iphone|ipad|android|galaxy|samsung|blackberry|outlook)(?: [\w+-]+){0,3}",
        r"sent (?:from|with|via) (?:my )?(?:nine|canary|superhuman|missive|mailspring|boxer|workspace one boxer|"
        r"(?:the )?xfinity connect(?: app)?|shortwave|hey|edison mail|my ?mail|email\+)",
        r"sent with tutanota, enjoy secure & ad-free emails:?",
        r"get (?:bluemail|typeapp|edison mail) for (?:ios|android|mobile|desktop)",
        r"sent on the go",
        r"sent from my \w+(?-i:(?: [\w+-]*\d[\w+-]*| [A-Z0-9+-]{2,})+)(?: \w+){0,3}",
        r"get outlook for (?:ios|android|mac|windows|mobile)",
        r"this (?:message|e-?mail) was sent from (?:my|a) (?:\w+ ){0,3}(?:phone|iphone|android|blackberry|device|mobile)(?: [\w-]+){0,6}",
        r"(?:please )?(?:excuse|forgive|pardon) (?:my |the |any )?(?:brevity|typos|spelling)(?:[\w ,]{0,40})",
        r"yahoo mail on android|yahoo mail for iphone",
    ),
    above=("reply above this line", "type your reply above this line", "write above this line",
           "respond above this line", "write your reply above this line", "reply above the line",
           "do not write below this line"),
)  # fmt: skip

GERMAN = Language(
    code="de",
    openings=("Am", "An"),
    wrote=(r"schrieb(?:en)?(?: Sie)?", r"geschrieben", r"schreibt", r"Folgendes geschrieben"),
    wrote_whom=(r"schrieb(?:en)?", r"schreibt"),
    first_person=(r"schrieb (?:ich|mir|mein|meine|er|sie|man|der|die|das|unser)\b", r"(?:ich|wir|er|meine \w+) schrieb(?:en)?",
                  r"(?:habe ich|haben wir|ich habe|wir haben)\b.{0,80}geschrieben"),
    sender=("Von", "Absender"),
    sent=("Gesendet", "Gesendet am", "Verschickt"),
    date=("Datum",),
    to=("An", "Empfänger"),
    copy=("Kopie", "Kopie (CC)", "Blindkopie", "Antwort an", "Organisation", "Wichtigkeit", "Anlagen", "Anhänge", "Priorität"),
    subject=("Betreff", "Betrifft"),
    original=("Ursprüngliche Nachricht", "Urspruengliche Nachricht", "Originalnachricht", "Original-Nachricht",
              "Original Nachricht", "Ursprüngliche Mail", "Ursprüngliche E-Mail", "Originalmail", "Original-Mail",
              "Antwort Nachricht", "Antwortnachricht", "Ursprünglicher Termin"),
    forwarded=("Weitergeleitete Nachricht", "Weitergeleitet von", "Weitergeleitete E-Mail", "Weitergeleitete Mail",
               "Anfang der weitergeleiteten Nachricht", "Anfang der weitergeleiteten E-Mail", "Weiterleitung"),
    mobile=(
        r"(?:von|mit) (?:meinem|meiner|meinem/meiner|unterwegs|outlook|mail|dem|der)(?: [\w.’'-]+){0,6} (?:gesendet|geschickt|verschickt)",
        r"(?:gesendet|geschickt|verschickt) (?:von|mit|über|aus)(?: [\w.’'-]+){1,7}",
        r"diese (?:nachricht|e-?mail) wurde (?:von|mit)(?: [\w.’'-]+){1,8} (?:gesendet|verschickt)",
        r"outlook für (?:ios|android|mac) (?:beziehen|abrufen|herunterladen)|holen sie sich outlook für (?:ios|android)|laden sie outlook für \w+ herunter",
        r"von unterwegs gesendet",
    ),
    above=("antworten sie oberhalb dieser zeile", "bitte antworten sie über dieser zeile", "antworten sie über dieser linie",
           "bitte antworten sie oberhalb dieser linie", "bitte geben sie ihre antwort über dieser zeile ein"),
)  # fmt: skip

DUTCH = Language(
    code="nl",
    openings=("Op",),
    wrote=(r"schreef", r"geschreven", r"verzond", r"schrijft"),
    wrote_whom=(r"schreef", r"verzond"),
    first_person=(r"schreef (?:ik|mijn|hij|zij|ze)\b", r"(?:heb ik|ik heb|hebben wij)\b.{0,80}geschreven"),
    sender=("Van", "Afzender"),
    sent=("Verzonden", "Verstuurd"),
    date=("Datum",),
    to=("Aan", "Ontvanger"),
    copy=("Kopie", "Antwoord aan", "Beantwoorden - Aan", "Bijlagen", "Urgentie"),
    subject=("Onderwerp", "Betreft"),
    original=("Oorspronkelijk bericht", "Origineel bericht", "Oorspronkelijke bericht", "Originele bericht",
              "Oorspronkelijke afspraak"),
    forwarded=("Doorgestuurd bericht", "Begin doorgestuurd bericht", "Doorgestuurd door"),
    mobile=(
        r"(?:verzonden|verstuurd|gestuurd) (?:vanaf|vanuit|van|met|via)(?: [\w.’'-]+){1,6}",
        r"outlook voor (?:ios|android) downloaden|download outlook voor (?:ios|android)",
    ),
    above=("antwoord boven deze regel", "typ uw antwoord boven deze regel", "gelieve boven deze lijn te antwoorden"),
)  # fmt: skip

GERMANIC = (ENGLISH, GERMAN, DUTCH)
