"""A second engine in plain Python, for tests: written from the policy, not from the rules."""
