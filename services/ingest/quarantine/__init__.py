"""What looks like spam waits here for a person: nothing of it is lost, and nothing of it is answered."""
