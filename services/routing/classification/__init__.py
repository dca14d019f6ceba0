"""What a ticket is about and how urgent it is: ordered rules over its facts, each explained."""
