"""What rooms to the right may have written here."""

from ooievaar.record.teamwork.threads import announce

__all__ = ["announce"]
