"""Django's name for this part of the record."""

from django.apps import AppConfig


class EntriesConfig(AppConfig):
    """The entries, a part of the room `record` with tables of its own."""

    name = "ooievaar.record.entries"
    label = "entries"

    def ready(self) -> None:
        """Put what the entries say on the banner."""
        from ooievaar.record.banner import CLINICAL, WITHHELD
        from ooievaar.record.entries.banner import clinical_of
        from ooievaar.record.entries.permissions import others_wrote_more

        CLINICAL.append(clinical_of)
        WITHHELD.append(others_wrote_more)
