"""Redaction: personal data is removed for good on request, and the proof of it has none."""
