"""Estonian, Latvian, Lithuanian and Hungarian."""

from services.ingest.mail.reply.languages.language import Language

ESTONIAN = Language(
    code="et",
    openings=("Kuupäeval",),
    wrote=(r"kirjutas",),
    wrote_whom=(r"kirjutas",),
    sender=("Saatja", "Kellelt"),
    sent=("Saadetud", "Saatmisaeg"),
    date=("Kuupäev",),
    to=("Adressaat", "Saaja", "Kellele"),
    copy=("Koopia",),
    subject=("Teema",),
    original=("Algne sõnum", "Algne kiri", "Originaalsõnum", "Algsõnum"),
    forwarded=("Edastatud kiri", "Edastatud sõnum", "Edasisaadetud sõnum"),
    mobile=(r"saadetud(?: [\w.’'-]+){1,5}",),
)

LATVIAN = Language(
    code="lv",
    openings=("Datums",),
    wrote=(r"rakstīja", r"raksta"),
    wrote_whom=(r"rakstīja",),
    sender=("No", "Sūtītājs"),
    sent=("Nosūtīts", "Sūtīts"),
    date=("Datums",),
    to=("Kam", "Adresāts", "Saņēmējs"),
    copy=("Kopija",),
    subject=("Temats", "Tēma"),
    original=("Sākotnējais ziņojums", "Oriģinālais ziņojums", "Sākotnējā ziņa"),
    forwarded=("Pārsūtīts ziņojums", "Pārsūtītais ziņojums"),
    mobile=(r"(?:no)?sūtīts no(?: [\w.’'-]+){1,5}",),
)

LITHUANIAN = Language(
    code="lt",
    openings=("Data",),
    wrote=(r"(?:pa)?rašė",),
    wrote_whom=(r"(?:pa)?rašė",),
    sender=("Nuo", "Siuntėjas"),
    sent=("Išsiųsta", "Siųsta"),
    date=("Data",),
    to=("Kam", "Gavėjas", "Iki"),
    copy=("Kopija",),
    subject=("Tema",),
    original=("Pradinis laiškas", "Originalus laiškas", "Pradinė žinutė", "Originali žinutė"),
    forwarded=("Persiųstas laiškas", "Persiunčiamas laiškas"),
    mobile=(r"(?:iš)?siųsta iš(?: [\w.’'„“”\"-]+){1,5}",),
)

HUNGARIAN = Language(
    code="hu",
    openings=("Dátum",),
    wrote=(r"(?:ezt |a következőt |az alábbit )?írta", r"írta(?: időpontban)?"),
    first_person=(r"\bírtam\b", r"\bírtuk\b"),
    sender=("Feladó", "Küldő"),
    sent=("Elküldve", "Küldve"),
    date=("Dátum",),
    to=("Címzett", "Címzettek"),
    copy=("Másolat", "Másolatot kap", "Titkos másolat", "Válaszcím", "Mellékletek"),
    subject=("Tárgy",),
    original=("Eredeti üzenet", "Eredeti levél", "Eredeti e-mail"),
    forwarded=("Továbbított üzenet", "Továbbított levél", "Továbbított levél kezdete"),
    mobile=(
        r"(?:elküldve|küldve) (?:az |a )?(?:[\w.’'-]+ ){0,5}[\w.’'-]+",
        r"(?:az )?[\w.’'-]{2,20}-(?:omról|emről|ömről|ról|ről) küldve|(?:az )?[\w.’'-]+ (?:készülékemről|telefonomról|készülékről) küldve",
    ),
)

BALTIC = (ESTONIAN, LATVIAN, LITHUANIAN, HUNGARIAN)
