"""What other systems rely on: the JSON Schema of every event and command, and an AsyncAPI document a service."""
