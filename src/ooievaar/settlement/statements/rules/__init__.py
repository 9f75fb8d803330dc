"""Pure: why a partner's month differs from the one before."""
