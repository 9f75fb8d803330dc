"""Django's name for the access log."""

from django.apps import AppConfig


class AccessLogConfig(AppConfig):
    """The access log, a part of the room `record` with tables of its own."""

    name = "ooievaar.record.access_log"
    label = "access_log"

    def ready(self) -> None:
        """Listen to who signs in and out."""
        from ooievaar.record.access_log.signals import connect

        connect()
