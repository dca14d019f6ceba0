"""Inputs: stored as they came, decided in the background, accounted for in the ledger."""
