"""Statements and questions about them."""
