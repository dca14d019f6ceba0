"""Agents who work from their mailbox: their mails are replies, notes and instructions, never a customer's message."""
