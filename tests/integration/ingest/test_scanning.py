"""With a scanner, a file is handed out only after its verdict; without one, at once."""

import base64
import hashlib

from tests.site import Running, Site, command_key

FAST = {"smtp_port": 0}
FILE = b"%PDF-1.7 an invoice"
SHA256 = hashlib.sha256(FILE).hexdigest()


async def send(ingest: Running, site: Site) -> None:
    file = {"name": "invoice.pdf", "content_type": "application/pdf", "content": base64.b64encode(FILE).decode()}
    body = {"sender": {"email": "jo@buyer.example"}, "text": "See the file.", "files": [file]}
    headers = {**site.bearer("system"), "Idempotency-Key": command_key()}
    assert (await ingest.client.post("/messages", json=body, headers=headers)).status_code == 201


async def status(ingest: Running, site: Site) -> int:
    return (await ingest.client.get(f"/attachments/{SHA256}", headers=site.bearer("agent"))).status_code


async def report(ingest: Running, site: Site, verdict: str, *, file: str = SHA256) -> int:
    body = {"verdict": verdict, "reason": "Eicar-Test"}
    answer = await ingest.client.post(f"/attachments/{file}/scan", json=body, headers=site.bearer("system"))
    return answer.status_code


def with_hook(site: Site) -> None:
    path = site.config_dir / "channels.yaml"
    path.write_text(path.read_text().replace("attachments: { scan: none }", "attachments: { scan: hook }"))


async def test_file_waits_for_the_scanner_who_finds_it_and_decides(site: Site) -> None:
    with_hook(site)
    ingest = await site.start("ingest", **FAST)
    await send(ingest, site)
    assert await status(ingest, site) == 409

    system = site.bearer("system")
    assert (await ingest.client.get("/scans", headers=system)).json() == {"files": [SHA256], "next": None}
    assert (await ingest.client.get(f"/scans/{SHA256}/content", headers=system)).content == FILE
    assert await report(ingest, site, "clean") == 200
    assert await status(ingest, site) == 200
    assert (await ingest.client.get("/scans", headers=system)).json()["files"] == []

    assert await report(ingest, site, "blocked") == 200
    assert await status(ingest, site) == 423


async def test_without_a_scanner_files_are_handed_out_at_once_but_a_verdict_holds(site: Site) -> None:
    ingest = await site.start("ingest", **FAST)
    await send(ingest, site)
    assert await status(ingest, site) == 200
    assert await report(ingest, site, "blocked") == 200
    assert await status(ingest, site) == 423
    assert await report(ingest, site, "clean", file="0" * 64) == 404
