"""Customers: by which names a person is known, and which of them turned out to be the same."""
