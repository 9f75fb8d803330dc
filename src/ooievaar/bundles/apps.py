"""Django's name for this room."""

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    """The room `bundles`."""

    name = "ooievaar.bundles"

    def ready(self) -> None:
        """Hang what the engine knows on the banner of a pregnancy."""
        from ooievaar.bundles.banner import banner_parts
        from ooievaar.record.banner import BANNER_PARTS

        BANNER_PARTS.append(banner_parts)
