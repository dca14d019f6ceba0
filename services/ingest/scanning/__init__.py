"""Attachments wait for the verdict of a virus scanner, where the organisation has one."""
