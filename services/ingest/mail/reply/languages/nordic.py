"""Swedish, Danish, Norwegian, Icelandic and Finnish."""

from services.ingest.mail.reply.languages.language import Language

_SKREV = (r"skrev", r"skriver", r"har skrevet", r"skrev f[öø]l?jande", r"skrev følgende", r"sendte")

SWEDISH = Language(
    code="sv",
    openings=("Den", "På", "Vid"),
    wrote=_SKREV,
    wrote_whom=(r"skrev",),
    first_person=(r"skrev (?:jag|min|mitt|vi|han|hon|jeg|mitt|vår)\b", r"(?:jag|vi|min \w+|jeg|jeg også) skrev"),
    sender=("Från", "Avsändare"),
    sent=("Skickat", "Skickades"),
    date=("Datum",),
    to=("Till",),
    copy=("Kopia", "Hemlig kopia", "Svara till", "Bifogade filer", "Prioritet"),
    subject=("Ämne",),
    original=("Ursprungligt meddelande", "Originalmeddelande", "Ursprungligt mejl", "Ursprungsmeddelande"),
    forwarded=("Vidarebefordrat meddelande", "Vidarebefordrat mejl", "Vidarebefordrat brev"),
    mobile=(
        r"(?:skickat|skickades|sänt|från) (?:från|med|via|min)(?: [\w.’'-]+){0,6}",
        r"hämta outlook för (?:ios|android)",
    ),
    above=("svara ovanför denna rad", "skriv ditt svar ovanför den här raden"),
)  # fmt: skip

DANISH = Language(
    code="da",
    openings=("Den", "D."),
    wrote=_SKREV,
    wrote_whom=(r"skrev",),
    sender=("Fra", "Afsender"),
    sent=("Sendt", "Sendt den"),
    date=("Dato",),
    to=("Til",),
    copy=("Kopi", "Svar til", "Vedhæftet", "Vedhæftede filer", "Prioritet"),
    subject=("Emne",),
    original=("Oprindelig meddelelse", "Original meddelelse", "Oprindelig besked", "Original besked", "Original-meddelelse",
              "Oprindelig mail", "Oprindelig aftale"),
    forwarded=("Videresendt meddelelse", "Videresendt besked", "Start på videresendt besked", "Videresendt af"),
    mobile=(
        r"sendt (?:fra|med|via)(?: [\w.’'-]+){1,6}",
        r"(?:hent|få) outlook (?:til|for) (?:ios|android)",
    ),
    above=("svar over denne linje", "skriv dit svar over denne linje"),
)  # fmt: skip

NORWEGIAN = Language(
    code="no",
    openings=("Den", "På", "Kl."),
    wrote=_SKREV,
    wrote_whom=(r"skrev",),
    sender=("Fra", "Avsender"),
    sent=("Sendt",),
    date=("Dato",),
    to=("Til",),
    copy=("Kopi", "Blindkopi", "Svar til", "Vedlegg", "Prioritet"),
    subject=("Emne",),
    original=("Opprinnelig melding", "Original melding", "Opprinnelig e-post", "Opprinnelig avtale"),
    forwarded=("Videresendt melding", "Videresendt av", "Videresendt e-post"),
    mobile=(r"skaff deg outlook for (?:ios|android)",),
    above=("svar over denne linjen", "skriv svaret ditt over denne linjen"),
)  # fmt: skip

ICELANDIC = Language(
    code="is",
    openings=("Þann", "Hinn"),
    wrote=(r"skrifaði",),
    wrote_whom=(r"skrifaði",),
    sender=("Frá",),
    sent=("Sent",),
    date=("Dags", "Dagsetning"),
    to=("Til",),
    copy=("Afrit",),
    subject=("Efni",),
    original=("Upphaflegt skeyti", "Upprunaleg skilaboð"),
    forwarded=("Áframsent skeyti",),
    mobile=(r"sent úr(?: [\w.’'-]+){1,5}",),
)

FINNISH = Language(
    code="fi",
    openings=("Päivämäärä",),
    wrote=(r"kirjoitti(?: seuraavasti)?",),
    wrote_whom=(r"kirjoitti",),
    first_person=(r"(?:minä|me|vaimoni|mieheni) kirjoit\w+",),
    sender=("Lähettäjä", "Keneltä"),
    sent=("Lähetetty",),
    date=("Päivämäärä", "Päiväys", "Pvm"),
    to=("Vastaanottaja", "Kenelle"),
    copy=("Kopio", "Piilokopio", "Vastaus", "Liitteet"),
    subject=("Aihe",),
    original=("Alkuperäinen viesti", "Alkuperäinen sähköposti", "Alkuperäinen tapaaminen"),
    forwarded=("Välitetty viesti", "Edelleenlähetetty viesti", "Välitetty viesti alkaa", "Välitetty viesti / Fwd.Msg"),
    mobile=(
        r"lähetetty (?:[\w’'-]+(?:sta|stä|lta|ltä|ni|teni)|outlookista|puhelimesta|sähköpostista)(?: [\w.’'-]+){0,5}",
        r"lähetetty(?: [\w.’'-]+){1,3}(?:stani|stäni|sta|stä|lta|ltä)(?: kautta)?",
        r"hanki (?:outlook (?:for )?(?:ios|android)[\w:]*|(?:iosin|androidin) outlook)",
    ),
    above=("vastaa tämän rivin yläpuolelle", "kirjoita vastauksesi tämän rivin yläpuolelle"),
)  # fmt: skip

NORDIC = (SWEDISH, DANISH, NORWEGIAN, ICELANDIC, FINNISH)
