"""What tickets teach: who gave each its category, and how right the models were about it."""
