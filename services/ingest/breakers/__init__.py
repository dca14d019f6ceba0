"""Loops without headers, stopped by counting what would be answered automatically."""
