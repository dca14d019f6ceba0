"""Messages that were edited or deleted where they were written."""
