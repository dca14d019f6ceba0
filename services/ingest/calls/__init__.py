"""Telephone calls: who is calling, told as it rings; what is left of a call becomes a message."""
