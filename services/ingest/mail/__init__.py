"""Reads a mail, however it was written, into the shape that all channels share."""
