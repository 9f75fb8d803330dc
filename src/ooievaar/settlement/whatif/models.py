"""What is remembered: see the docstring of the package."""
