"""Reporting answers questions about everything that happened."""
