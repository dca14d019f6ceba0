"""The new part of replies: by language and mail program, and what must never be cut."""
