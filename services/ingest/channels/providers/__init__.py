"""One file a provider (and what two of one company have in common); provider_table.py lists them."""
