"""Django's name for this room."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    """The room `record`."""

    name = "ooievaar.record"
