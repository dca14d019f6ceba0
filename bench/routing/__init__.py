"""The simulation: several replicas of routing, a week of a large company, and a judge who reads every commit."""
