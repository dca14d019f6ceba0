"""Stored inputs read by their channel's reader, within a budget."""
