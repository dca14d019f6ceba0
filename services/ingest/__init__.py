"""Ingest takes in what customers write, and owns the conversation."""
