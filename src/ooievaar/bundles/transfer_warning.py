"""Where the record asks what handing a woman over would break; the engine comes when asked.

Every command starts with this room; reading DuckDB and Arrow then would cost a fifth of a second.
"""

from collections.abc import Iterable, Mapping, Sequence

from ooievaar.record.handover.warnings import (
    ExpectedBirth,
    TransferIdea,
    TransferWarning,
    WardCost,
)


def transfer_warnings(idea: TransferIdea) -> Iterable[TransferWarning]:
    """Return what an idea breaks; nothing where the organisation is a member all the time."""
    from ooievaar.bundles.handing_over import what_breaks

    return what_breaks(idea)


def ward_costs(births: Sequence[ExpectedBirth], network_id: int) -> Mapping[int, WardCost]:
    """Return what births of a full ward cost a network when they go elsewhere, by pregnancy."""
    from ooievaar.bundles.births_elsewhere import births_elsewhere

    return births_elsewhere(births, network_id)
