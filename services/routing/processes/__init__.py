"""Processes beside the service: what they may take, and how they are talked to."""
