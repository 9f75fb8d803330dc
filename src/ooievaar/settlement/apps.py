"""Django's name for this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SettlementConfig(AppConfig):
    """The room `settlement`."""

    name = "ooievaar.settlement"

    def ready(self) -> None:
        """Follow what changes in the record; guard the four eyes after every migration."""
        from ooievaar.contracts.agreements.slots import OLD_WAYS
        from ooievaar.record.entries.slots import CHANGED
        from ooievaar.settlement.following import follow
        from ooievaar.settlement.guards import install_four_eyes
        from ooievaar.settlement.old_way import old_way

        CHANGED.append(follow)
        OLD_WAYS.append(old_way)
        post_migrate.connect(install_four_eyes, sender=self, dispatch_uid="four eyes")
