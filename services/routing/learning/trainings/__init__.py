"""Trainings from the organisation's tickets: when they take place, from what, and what becomes of the model."""
