"""How does a person come in from a terminal? One command per thing a person or job can do."""
