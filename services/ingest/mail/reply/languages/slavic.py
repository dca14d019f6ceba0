"""Slovene, Croatian, Bosnian and Serbian in Latin letters, Polish, Czech and Slovak."""

from services.ingest.mail.reply.languages.language import Language

SLOVENE = Language(
    code="sl",
    openings=("Dne", "V", "Dana", "Ob"),
    wrote=(r"napisal(?:\(a\)|/-a|/a|a|i|o|e)?", r"(?:je|so) pisal(?:\(a\)|a|i|o)?", r"je poslal(?:\(a\)|a)?", r"piše"),
    first_person=(r"(?:sem|smo)\b.{0,40}(?:na)?pisal\w*", r"(?:na)?pisal\w* (?:sem|smo)\b", r"je (?:moja|moj|naša|naš) \w+ (?:na)?pisal\w*"),
    sender=("Od", "Pošiljatelj"),
    sent=("Poslano", "Poslano dne"),
    date=("Datum",),
    to=("Za", "Prejemnik", "Komu", "Do"),
    copy=("Kp", "Skp", "V vednost", "Kopija", "Odgovori na", "Odgovor za", "Priloge", "Pomembnost"),
    subject=("Zadeva",),
    original=("Izvirno sporočilo", "Originalno sporočilo", "Prvotno sporočilo", "Izvorno sporočilo", "Izvirna pošta",
              "Prejšnje sporočilo", "Izvirno sporocilo", "Prvotni sestanek"),
    forwarded=("Posredovano sporočilo", "Posredovano sporocilo", "Začetek posredovanega sporočila", "Posredoval",
               "Začetek prenapotenega sporočila", "Preposlano sporočilo"),
    mobile=(
        r"poslano (?:z|s|iz|prek|preko|od)(?: [\w.’'-]+){1,6}",
        r"(?:prenesite|pridobite|prenesi) outlook za (?:ios|android)",
    ),
    above=("odgovorite nad to črto", "prosimo odgovorite nad to črto", "odgovor napišite nad to vrstico",
           "odgovorite nad to vrstico"),
)  # fmt: skip

CROATIAN = Language(
    code="hr",
    openings=("Dana", "Dne", "U", "Na dan", "Dana:"),
    wrote=(r"(?:je )?napisa(?:o|la)(?:\(la\)|/la|/-la|\(-la\))?(?: je)?", r"(?:je )?pisa(?:o|la)", r"je poslao", r"je poslala", r"piše"),
    first_person=(r"(?:sam|smo)\b.{0,40}(?:na)?pisa\w*", r"(?:na)?pisa(?:o|la|li) (?:sam|smo)\b", r"(?:moja|moj|naša|naš) \w+ je (?:na)?pisa\w*"),
    sender=("Od", "Šalje", "Pošiljatelj", "Pošiljalac"),
    sent=("Poslano", "Poslato"),
    date=("Datum",),
    to=("Za", "Prima", "Primatelj", "Primalac", "Kome"),
    copy=("Kopija", "Odgovori na", "Privitak", "Važnost", "Prioritet"),
    subject=("Predmet", "Naslov", "Tema", "Naslov poruke"),
    original=("Izvorna poruka", "Originalna poruka", "Izvorno pismo", "Izvorna e-poruka", "Originalno pismo",
              "Prvobitna poruka", "Izvorni sastanak"),
    forwarded=("Proslijeđena poruka", "Proslijeđeno pismo", "Prosleđena poruka", "Započni proslijeđenu poruku",
               "Proslijedio", "Proslijeđeno", "Početak proslijeđene poruke", "Proslijedjena poruka"),
    mobile=(
        r"(?:poslano|poslato|poslao|poslala) (?:s|sa|iz|putem|preko|uz|pomoću|je)(?: [\w.’'-]+){1,6}",
        r"(?:nabavite|preuzmite) outlook za (?:ios|android)",
    ),
    above=("odgovorite iznad ove crte", "odgovorite iznad ove linije", "molimo odgovorite iznad ove crte"),
)  # fmt: skip

POLISH = Language(
    code="pl",
    openings=("Dnia", "W dniu", "W dn.", "W", "Wiadomość napisana przez"),
    wrote=(r"wiadomość napisana przez", r"napisał(?:\(a\)|a|\(-a\))?", r"pisze", r"nadesłał", r"napisano"),
    first_person=(r"(?:na)?pisał[ae]m", r"(?:moja|mój) \w+ napisał\w*"),
    sender=("Od", "Nadawca"),
    sent=("Wysłano", "Wyslano", "Wysłane"),
    date=("Data",),
    to=("Do", "Adresat"),
    copy=("DW", "UDW", "Kopia", "Odpowiedź-do", "Załączniki", "Ważność"),
    subject=("Temat",),
    original=("Wiadomość oryginalna", "Oryginalna wiadomość", "Wiadomosc oryginalna", "Pierwotna wiadomość",
              "Treść oryginalnej wiadomości", "Wiadomość pierwotna"),
    forwarded=("Wiadomość przekazana dalej", "Przekazana wiadomość", "Treść przekazanej wiadomości",
               "Początek przekazywanej wiadomości", "Wiadomość przekazana", "Przesłana dalej wiadomość",
               "Forwarded message"),
    mobile=(
        r"wysłan[eoay] (?:z|ze|za pomocą|przez|przy użyciu)(?: [\w.’'-]+){1,7}",
        r"(?:pobierz|uzyskaj) (?:aplikację )?outlook dla (?:systemu )?(?:ios|android)",
    ),
    above=("odpowiedz powyżej tej linii", "proszę wpisać odpowiedź powyżej tej linii"),
)  # fmt: skip

CZECH = Language(
    code="cs",
    openings=("Dne", "V", "Ve", "Dňa"),
    wrote=(r"napsal(?:\(a\)|a|i|o)?", r"psal(?:\(a\)|a)?", r"píše"),
    first_person=(r"(?:na)?psal[ai]? (?:jsem|jsme)\b", r"(?:jsem|jsme)\b.{0,40}(?:na)?psal\w*"),
    sender=("Od", "Odesílatel"),
    sent=("Odesláno", "Posláno", "Odeslané"),
    date=("Datum",),
    to=("Komu", "Pro"),
    copy=("Kopie", "Skrytá kopie", "Odpověď na", "Přílohy"),
    subject=("Předmět", "Predmet"),
    original=("Původní zpráva", "Puvodni zprava", "Původní e-mail", "Originální zpráva", "Původní schůzka"),
    forwarded=("Přeposlaná zpráva", "Začátek přeposílané zprávy", "Přeposláno", "Předávaná zpráva"),
    mobile=(
        r"(?:odesláno|posláno|odoslané) (?:z|ze|pomocí|přes|prostřednictvím)(?: [\w.’'-]+){1,7}",
        r"získat outlook pro (?:ios|android)|stáhnout outlook pro (?:ios|android)",
    ),
    above=("odpovězte nad tímto řádkem", "prosím odpovězte nad touto čarou"),
)  # fmt: skip

SLOVAK = Language(
    code="sk",
    openings=("Dňa", "Dna", "V", "Po", "Ut", "St", "Št", "Pi", "So", "Ne"),
    wrote=(r"napísal(?:\(a\)|a|i|o)?", r"písal(?:\(a\)|a)?", r"píše"),
    first_person=(r"(?:na)?písal[ai]? (?:som|sme)\b",),
    sender=("Od", "Odosielateľ"),
    sent=("Odoslané", "Poslané"),
    date=("Dátum",),
    to=("Komu", "Pre"),
    copy=("Kópia", "Skrytá kópia", "Odpovedať-Pre", "Prílohy"),
    subject=("Predmet",),
    original=("Pôvodná správa", "Povodna sprava", "Originálna správa", "Pôvodný e-mail"),
    forwarded=("Preposlaná správa", "Začiatok preposlanej správy", "Preposlaná správa --- Forwarded Message"),
    mobile=(r"odoslané (?:z|zo|pomocou|cez)(?: [\w.’'-]+){1,7}",),
)

SLAVIC = (SLOVENE, CROATIAN, POLISH, CZECH, SLOVAK)
