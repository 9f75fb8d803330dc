"""What should stand in the books, and what must be posted to get there; pure."""
