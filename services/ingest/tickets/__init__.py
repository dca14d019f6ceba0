"""Tickets and their messages as ingest keeps, shows and changes them."""
