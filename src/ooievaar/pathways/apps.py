"""Django's name for this room, and what it hands to the record."""

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """The room `pathways`."""

    name = "ooievaar.pathways"

    def ready(self) -> None:
        """Tell the forms of the record what is due."""
        from ooievaar.pathways.queries import due_items
        from ooievaar.record.entries.slots import DUE_PARTS

        if due_items not in DUE_PARTS:
            DUE_PARTS.append(due_items)
