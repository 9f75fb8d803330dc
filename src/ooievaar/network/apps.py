"""Django's name for this room."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """The room `network`."""

    name = "ooievaar.network"

    def ready(self) -> None:
        """Listen to who comes in and goes out."""
        from ooievaar.network.signing_in import events

        events.listen()
