"""Django's name for this room."""

from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """The room `settlement`."""

    name = "ooievaar.settlement"
