"""Sla runs the clocks and escalates what is overdue."""
