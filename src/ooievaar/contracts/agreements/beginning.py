"""What somebody begins with who writes an agreement: the newest text, or one made from who is here.

Whatever it is, it has examples that the division itself worked out.
"""

from datetime import date

from ooievaar.contracts.agreement_models import AgreementVersion
from ooievaar.contracts.agreements.importing import agreement_of_rows, unlike, with_examples
from ooievaar.contracts.agreements.queries import agreement_of
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import (
    ANY_PRODUCT,
    Distribution,
    MemberRule,
    Overhead,
    Party,
    ProductRule,
)
from ooievaar.network.models import Membership, Network, Organisation

TITLE = "Verdeelafspraak {year}"
OVERHEAD_PPM = 30_000
"""To begin with; whoever writes says what it is."""


def text_to_begin_with(network: Network, newest: AgreementVersion | None, today: date) -> str:
    """Return the newest text; else what the rows say that divide now; else the usual start.

    Empty where nobody takes part yet, so that nothing can be divided.
    """
    if newest is not None:
        said = agreement_of(newest)
        return newest.content if said.examples else write(with_examples(said))
    row = Agreement.objects.filter(network=network).order_by("-valid_from").first()
    agreement = agreement_of_rows(row) if row else usual_start(network, today)
    return write(with_examples(agreement)) if agreement.parties else ""


def usual_start(network: Network, today: date) -> Distribution:
    """Return how most regions begin: next year as the old system would have paid everybody."""
    start, end = date(today.year + 1, 1, 1), date(today.year + 2, 1, 1)
    members = Membership.objects.filter(
        network=network, valid_from__lt=end, valid_until__gt=start
    ).exclude(kind=Membership.Kind.OUTSIDE_FUNDING)
    rows = list(
        Organisation.objects.filter(pk__in=members.values("organisation_id")).order_by("id")
    )
    parties = tuple(
        Party(one.agb, name, one.discipline) for one, name in zip(rows, unlike(rows), strict=True)
    )
    return Distribution(
        title=TITLE.format(year=start.year),
        network=network.name,
        valid_from=start,
        valid_until=end,
        parties=parties,
        overhead=Overhead(OVERHEAD_PPM),
        products={ANY_PRODUCT: ProductRule("mono_pro_rata", until=end)},
        disciplines={
            discipline: MemberRule("mono_pro_rata")
            for discipline in dict.fromkeys(party.discipline for party in parties)
        },
    )
