"""Django's name for this room."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """The room `contracts`."""

    name = "ooievaar.contracts"
