"""What the demo's customers write, as their programs would send it."""

import hashlib
import hmac
import json
import time
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

MAILBOX = "support@svetilka.example"
IVA = "iva.novak@example.org"
JOHN = "john.miller@example.com"
NOA = "noa.levi@example.net"
PARTNER_CUSTOMER = "petra.horvat@example.com"
PDF_NAME = "račun-2026-1187.pdf"
MARKO_WA = "385911234567"
MARKO_PHONE = f"+{MARKO_WA}"


def slovene_mail(now: datetime) -> EmailMessage:
    """A mail in ISO-8859-2 with a PDF, above an earlier mail that it quotes."""
    mail = EmailMessage()
    mail["From"] = f"Iva Novak <{IVA}>"
    mail["To"] = MAILBOX
    mail["Subject"] = "Luč v hodniku ne sveti več"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain="example.org")
    mail["In-Reply-To"] = "<order-1187@shop.svetilka.example>"
    mail.set_content(
        "Pozdravljeni,\n\nluč v hodniku od včeraj ne sveti več, čeprav sem zamenjala žarnico.\n"
        "Prilagam račun. Kaj naj storim?\n\nLep pozdrav,\nIva Novak\n\n"
        "Dne 20. 11. 2026 ob 09:15 je Svetilka <support@svetilka.example> napisal(a):\n"
        "> Spoštovani,\n> hvala za nakup. Veseli bomo vašega mnenja.\n> Svetilka\n",
        charset="iso-8859-2",
        cte="quoted-printable",
    )
    mail.add_attachment(one_page_pdf(), maintype="application", subtype="pdf", filename=PDF_NAME)
    return mail


def answer_of(mail: EmailMessage, *, text: str, now: datetime) -> EmailMessage:
    """What the customer's mail program makes of "reply" to a mail that Kartica sent."""
    answer = EmailMessage()
    answer["From"] = f"Iva Novak <{IVA}>"
    answer["To"] = str(mail["Reply-To"])
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Date"] = format_datetime(now)
    answer["Message-ID"] = make_msgid(domain="example.org")
    answer["In-Reply-To"] = str(mail["Message-ID"])
    answer["References"] = f"{mail.get('References', '')} {mail['Message-ID']}".strip()
    answer.set_content(text)
    return answer


def agents_answer(mail: EmailMessage, *, text: str, now: datetime) -> EmailMessage:
    """What an agent's mail program makes of "reply", with everything of the mail quoted below."""
    body = mail.get_body(("plain",))
    quoted = "\n".join(f"> {line}" for line in (body.get_content() if body else "").splitlines())
    answer = answer_of(mail, text=f"{text}\n\nOn Mon, 23 Nov 2026 at 9:00, Svetilka wrote:\n{quoted}\n", now=now)
    answer.replace_header("From", str(mail["To"]))
    answer.replace_header("Message-ID", make_msgid(domain="svetilka.example"))
    return answer


def one_page_pdf() -> bytes:
    """A whole, valid PDF of one page with one line on it."""
    content = b"BT /F1 18 Tf 72 720 Td (Invoice 2026-1187: 1 lamp, 39.90 EUR) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            size,
            table,
            size,
            len(body),
        )
    )


def whatsapp_body(text: str) -> bytes:
    """What WhatsApp's Cloud API posts for one text message."""
    message = {"from": MARKO_WA, "id": f"wamid.{time.time_ns()}", "timestamp": str(int(time.time())), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "38612345678", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "Marko"}, "wa_id": MARKO_WA}],
        "messages": [{**message, "text": {"body": text}}],
    }
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()


def whatsapp_signature(body: bytes, secret: str) -> str:
    """The header X-Hub-Signature-256 for `body`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
