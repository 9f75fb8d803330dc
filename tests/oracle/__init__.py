"""A second engine in plain Python, for tests: written from the policy, not from the rules."""

from tests.oracle.division import divide, settle_year
from tests.oracle.engine import derive

__all__ = ["derive", "divide", "settle_year"]
