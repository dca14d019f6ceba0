"""What the models say of a message: asked in a process of their own, within the time that a ticket may wait."""
