"""The topology of RabbitMQ as data, and what brings it onto a broker."""
