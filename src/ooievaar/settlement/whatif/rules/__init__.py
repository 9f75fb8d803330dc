"""Rules of what-if: a year divided again, what that does to each, and what care would change."""
