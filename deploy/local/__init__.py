"""The laptop stack: finds or starts RabbitMQ and MongoDB, runs the five services, shows the journey."""
