"""Who gets a ticket: eligibility, strategies, the queue and its draining."""
