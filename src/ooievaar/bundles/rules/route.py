"""Rule `route`: how a pregnancy is funded, and why, from the first intake on.

Policy: integral under the contract of the woman's insurer, or the old way: outside practice, no
contract, not insured, exempt. Answered for the phase that runs now, so it is answered again when
facts change. Our own choice (`verified: false`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from ooievaar.storage.expressions import holds

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from ooievaar.storage.pipeline import Tables


def routes(t: Tables) -> ir.Table:
    """Give one row per pregnancy: integral or the old way, with the reason."""
    case, begun, coverages, terms = t["cases"], t["phase_terms"], t["coverages"], t["terms"]
    begun = begun.filter(begun.starts_on < t["clock"].until.as_scalar())
    latest = begun.group_by("pregnancy_id").agg(reference_on=begun.starts_on.max())
    dated = case.left_join(latest, "pregnancy_id").select(
        case.pregnancy_id,
        case.woman_id,
        case.is_home,
        case.exempt,
        case.intake_on,
        latest.reference_on,
    )
    # a computed column may only be joined on after `mutate`: Ibis still extends the join before it
    dated = dated.mutate(reference_on=ibis.coalesce(dated.reference_on, dated.intake_on))
    insured = dated.left_join(
        coverages,
        [
            dated.woman_id == coverages.woman_id,
            holds(dated.reference_on, coverages.valid_from, coverages.valid_until),
        ],
    ).select(*(dated[name] for name in dated.columns), coverages.insurer_id)
    agreed = insured.left_join(
        terms,
        [
            insured.insurer_id == terms.insurer_id,
            holds(insured.reference_on, terms.valid_from, terms.valid_until),
        ],
    )
    reason = ibis.cases(
        (insured.exempt, "exempt"),
        (~insured.is_home, "outside_practice"),
        (insured.insurer_id.isnull(), "not_insured"),
        (terms.contract_id.isnull(), "no_contract"),
        (terms.followed, "followed_contract"),
        else_="contract",
    )
    integral = reason.isin(["contract", "followed_contract"])
    return agreed.select(
        insured.pregnancy_id,
        route=ibis.ifelse(integral, "integral", "old_way"),
        reason=reason,
        contract_id=ibis.ifelse(integral, terms.contract_id, ibis.null("int64")),
        insurer_id=insured.insurer_id,
    )
