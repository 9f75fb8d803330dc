"""Django's name for this room."""

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    """The room `bundles`."""

    name = "ooievaar.bundles"
