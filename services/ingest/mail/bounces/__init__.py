"""Delivery reports and complaints: what became of the mails that this desk sent."""
