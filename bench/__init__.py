"""Measures what can't be tested: how well, and how fast."""
