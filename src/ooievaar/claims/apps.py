"""Django's name for this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ClaimsConfig(AppConfig):
    """The room `claims`."""

    name = "ooievaar.claims"

    def ready(self) -> None:
        """Guard the four eyes of a batch after every migration."""
        from ooievaar.claims.guards import install_four_eyes

        post_migrate.connect(install_four_eyes, sender=self, dispatch_uid="four eyes of claims")
