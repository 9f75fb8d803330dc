"""Installs the guards (append-only, no overlap) after every migration, and removes them before."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class StorageConfig(AppConfig):
    """The room `storage`."""

    name = "ooievaar.storage"

    def ready(self) -> None:
        """Hang the guards on `post_migrate`: SQLite loses triggers when it rebuilds a table."""
        from ooievaar.storage.append_only import install_guards, mind_guards_on_replace
        from ooievaar.storage.making_way import drop_guards
        from ooievaar.storage.no_overlap import install_overlap_guards

        pre_migrate.connect(drop_guards, dispatch_uid="guards make way")
        post_migrate.connect(install_guards, dispatch_uid="append-only guards")
        connection_created.connect(mind_guards_on_replace, dispatch_uid="guards on replace")
        post_migrate.connect(install_overlap_guards, dispatch_uid="no-overlap guards")
