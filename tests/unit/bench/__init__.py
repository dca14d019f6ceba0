"""The scorers of `bench/`."""
