"""The rules in the order in which data flows through them."""

from ooievaar.bundles.rules import (
    activity,
    breaker,
    disposition,
    kraamzorg,
    loss,
    mono,
    phase,
    practice,
    pregnancy,
    product,
    route,
)
from ooievaar.bundles.rules.facts import INPUTS, OUTCOME_NAMES, columns
from ooievaar.storage.pipeline import CompiledStage, Stage, compile_stages

STAGES = (
    Stage("spans", pregnancy.spans),
    Stage("cases", phase.cases),
    Stage("phase_terms", phase.phase_terms),
    Stage("phases", phase.phases),
    Stage("routes", route.routes),
    Stage("women", pregnancy.women),
    Stage("lone_women", pregnancy.lone_women),
    Stage("matches", pregnancy.matches),
    Stage("entries", activity.entries),
    Stage("supplied_entries", activity.supplied_entries),
    Stage("lesser_acts", activity.lesser_acts),
    Stage("twin_pairs", activity.twin_pairs),
    Stage("same_acts", activity.same_acts),
    Stage("twins", activity.twins),
    Stage("marks", activity.marks),
    Stage("acts", activity.acts),
    Stage("own_prices", practice.own_prices),
    Stage("common_prices", practice.common_prices),
    Stage("practice_care", practice.practice_care),
    Stage("phase_care", practice.phase_care),
    Stage("deciders", product.deciders),
    Stage("candidates", product.candidates),
    Stage("breaking_acts", breaker.breaking_acts),
    Stage("breaker_rows", breaker.breaker_rows),
    Stage("broken_phases", breaker.broken_phases),
    Stage("hours", kraamzorg.hours),
    Stage("lost_hours", kraamzorg.lost_hours),
    Stage("kraamzorg_products", kraamzorg.kraamzorg_products),
    Stage("prenatal_courses", mono.prenatal_courses),
    Stage("course_values", mono.course_values),
    Stage("kraamzorg_values", mono.kraamzorg_values),
    Stage("mono_parts", mono.mono_parts),
    Stage("mono_values", mono.mono_values),
    Stage("late_contract_tariffs", loss.late_contract_tariffs),
    Stage("phase_losses", loss.phase_losses),
    Stage("breakers", loss.breakers),
    Stage("products", product.products),
    Stage("claimed_hours", kraamzorg.claimed_hours),
    Stage("performed", practice.performed),
    Stage("phase_outcomes", disposition.phase_outcomes),
    Stage("hour_outcomes", disposition.hour_outcomes),
    Stage("parallel_entries", disposition.parallel_entries),
    Stage("other_outcomes", disposition.other_outcomes),
    Stage("outcomes", disposition.outcomes, is_view=True),
    Stage("dispositions", disposition.dispositions, is_view=True),
)


def compile_rules(dialect: str) -> list[CompiledStage]:
    """Compile the rules to SQL; takes seconds, so the caller keeps the text."""
    inputs = {name: columns(schema) for name, schema in INPUTS.items()}
    return compile_stages({**inputs, "outcome_names": OUTCOME_NAMES}, STAGES, dialect)
