"""How well ingest reads what other people collected: mails, replies, delivery reports."""
