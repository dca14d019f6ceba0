"""Learned classification: trained from labelled history, calibrated, explained, and never on a request path."""
