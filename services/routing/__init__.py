"""Routing decides category, priority, team and agent."""
