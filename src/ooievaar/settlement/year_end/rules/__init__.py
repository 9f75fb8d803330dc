"""What a year comes to, from values to values; pure."""
