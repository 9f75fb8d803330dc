"""Django's name for this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SettlementConfig(AppConfig):
    """The room `settlement`."""

    name = "ooievaar.settlement"

    def ready(self) -> None:
        """Hang the four-eyes guard on `post_migrate`, as the room `storage` does with its own."""
        from ooievaar.settlement.guards import install_four_eyes

        post_migrate.connect(install_four_eyes, sender=self, dispatch_uid="four eyes")
