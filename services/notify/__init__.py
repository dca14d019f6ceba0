"""Notify tells customers and agents."""
