"""Who is there: shifts, leave and presence of agents."""
