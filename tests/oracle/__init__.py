"""A second engine in plain Python, in tests only: one pregnancy at a time, no tables.

It is written from the policy, not from the Ibis rules, so that two readings of the same law meet.
"""

from tests.oracle.division import divide
from tests.oracle.engine import derive

__all__ = ["derive", "divide"]
