"""`make demo`: real messages in at every kind of channel, and their whole journey seen to happen."""
