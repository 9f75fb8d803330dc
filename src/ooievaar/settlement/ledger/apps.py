"""Django's name for the ledger."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgerConfig(AppConfig):
    """The ledger, a part of the room `settlement` with tables of its own."""

    name = "ooievaar.settlement.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Let the database refuse what does not balance, after every migration."""
        from ooievaar.settlement.ledger.guards import install_guards

        post_migrate.connect(install_guards, sender=self, dispatch_uid="guards of the ledger")
