"""What a changed config/routing.yaml would have decided differently, told before it is used."""
