"""Django's name for payments."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PaymentsConfig(AppConfig):
    """Advances and payments, a part of the room `settlement` with tables of its own."""

    name = "ooievaar.settlement.payments"
    label = "payments"

    def ready(self) -> None:
        """Guard the four eyes and what was sealed after every migration."""
        from ooievaar.settlement.payments.guards import install_guards

        post_migrate.connect(install_guards, sender=self, dispatch_uid="guards of payments")
