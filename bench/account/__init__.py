"""The account: many inputs of all kinds, processes killed meanwhile, and a ledger that must balance to the last one."""
