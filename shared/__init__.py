"""The chassis of the five services: events, messaging, exactly-once commits, HTTP. It knows no service."""
