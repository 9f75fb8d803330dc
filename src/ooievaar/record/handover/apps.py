"""Django's name for this part of the record."""

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Handing over, a part of the room `record` with tables of its own."""

    name = "ooievaar.record.handover"
    label = "handover"

    def ready(self) -> None:
        """Put who is responsible and who coordinates on the banner of a pregnancy."""
        from ooievaar.record.banner import LEADERS
        from ooievaar.record.handover.queries import leaders

        LEADERS.append(leaders)
