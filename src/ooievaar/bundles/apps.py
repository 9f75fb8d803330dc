"""Django's name for this room."""

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    """The room `bundles`."""

    name = "ooievaar.bundles"

    def ready(self) -> None:
        """Hang what the engine knows on the banner of a pregnancy."""
        from ooievaar.bundles.banner import banner_parts
        from ooievaar.bundles.transfer_warning import transfer_warnings, ward_costs
        from ooievaar.record.banner import BANNER_PARTS
        from ooievaar.record.handover.warnings import TRANSFER_WARNINGS, WARD_COSTS

        BANNER_PARTS.append(banner_parts)
        TRANSFER_WARNINGS.append(transfer_warnings)
        WARD_COSTS.append(ward_costs)
