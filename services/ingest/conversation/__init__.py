"""What may be done with whole tickets: one idea a file, each a pure decision."""
