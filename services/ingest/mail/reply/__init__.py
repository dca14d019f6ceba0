"""The new part of a reply: what its writer wrote now, apart from quotes, signatures and footers; in doubt all of it."""
