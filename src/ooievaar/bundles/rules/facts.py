"""The tables the rules read and the tables they give, with the type of every column.

Open ends are the far date, never null: `OR until IS NULL` in a join costs a nested loop.
A column that may be null is marked `?`. Amounts are integer cents.
"""

from collections.abc import Mapping

ACTIVITIES = {
    "activity_id": "int64",
    "woman_id": "int64",
    "pregnancy_id?": "int64",  # the source's own link
    "organisation_id": "int64",
    "code": "string",
    "specialism": "string",  # '' when the source gives none
    "performed_on": "date",
    "performed_minute?": "int32",  # minutes after midnight
    "quantity": "int32",
    "duration_minutes": "int32",
    "child_number": "int32",  # 0 is the mother
    "source_rank": "int32",  # lower is trusted more; one rank per source
    "billed_mono": "boolean",
}
PREGNANCIES = {
    "pregnancy_id": "int64",
    "woman_id": "int64",
    "first_intake_on": "date",
    "first_intake_organisation_id": "int64",
    "due_on": "date",
    "due_precision_days": "int32",
    "end_kind": "string",
    "ended_on?": "date",
    "ended_precision_days": "int32",
    "birth_on?": "date",
    "labour_on?": "date",  # start of active labour, or of a planned caesarean or induction
    "labour_minute?": "int32",
    "placenta_on?": "date",
    "placenta_minute?": "int32",
    "entered_on?": "date",  # taken over from a provider outside the IGO
    "exempt": "boolean",
}
ORGANISATIONS = {"organisation_id": "int64", "discipline": "string"}
MEMBERSHIPS = {"organisation_id": "int64", "valid_from": "date", "valid_until": "date"}
SUPPLIERS = {
    "organisation_id": "int64",
    "code": "string",
    "valid_from": "date",
    "valid_until": "date",
}
COVERAGES = {
    "woman_id": "int64",
    "insurer_id": "int64",
    "valid_from": "date",
    "valid_until": "date",
}
TERMS = {  # one row per insurer and period, followers included; periods do not overlap
    "insurer_id": "int64",
    "contract_id": "int64",
    "followed": "boolean",  # the terms of the insurer it follows
    "valid_from": "date",
    "valid_until": "date",
    "regime": "string",
    "insurer_switch_breaks": "boolean",
    "kraamzorg_bills_itself": "boolean",
    "kraamzorg_unit_minutes": "int32",
}
TARIFFS = {
    "contract_id": "int64",
    "product": "string",
    "cents": "int64",
    "valid_from": "date",
    "valid_until": "date",
}
PARALLEL_CARE = {"contract_id": "int64", "code": "string"}
PRICE_LIST = {  # organisation_id 0 holds for everyone; an own price wins
    "organisation_id": "int64",
    "code": "string",
    "cents": "int64",
    "valid_from": "date",
    "valid_until": "date",
}
MADE_PRODUCTS = {
    "pregnancy_id": "int64",
    "phase": "int32",
    "cents": "int64",
    "contract_id": "int64",
}

CATALOGUE = {  # one row per code and period
    "code": "string",
    "valid_from": "date",
    "valid_until": "date",
    "scope": "string",  # 'inside', or why it is outside the bundle
    "phase_hint": "int32",  # 0 none, 1 prenatal, 2 natal, 3 postnatal
    "match_hint": "string",  # '', 'intake' or 'aftercare'
    "complex_counts": "boolean",  # an act of 0307 with this code makes the phase complex
    "on_request": "boolean",
    "hourly": "boolean",  # billed as kraamzorg per hour
    "equivalent": "string",  # codes with the same value are the same act
    "mono": "string",  # course, referral, kraamzorg_hour, kraamzorg_item, price_list or none
    "mono_item": "string",  # course: prenatal, natal or postnatal; kraamzorg_*: a mono tariff
}
PRODUCTS_IN_FORCE = {
    "product": "string",
    "phase": "int32",  # kraamzorg_hour: 3
    "variant": "string",  # 'early_end', 'regular', 'complex', 'on_request', 'hourly'
    "valid_from": "date",
    "valid_until": "date",
}
MONO_TARIFFS = {
    "item": "string",
    "cents": "int64",
    "is_exact": "boolean",  # false: the nearest known year stands in
    "valid_from": "date",
    "valid_until": "date",
}
LIMITS = {
    "valid_from": "date",
    "valid_until": "date",
    "term_days": "int32",
    "early_end_days": "int32",
    "aftercare_days": "int32",
    "ongoing_extra_days": "int32",
    "after_placenta_minutes": "int32",
    "gynaecology_specialism": "string",
}

OUTCOME_NAMES = {  # what the numbers of the last rule are called; fixed, not a fact
    "outcome": "int32",
    "disposition": "string",
    "outcome_reason": "string",
    "rule": "string",
}
CLOCK = {"until": "date"}  # one row: nothing on or after this day has happened yet

INPUTS = {
    "activities": ACTIVITIES,
    "pregnancies": PREGNANCIES,
    "organisations": ORGANISATIONS,
    "memberships": MEMBERSHIPS,
    "suppliers": SUPPLIERS,
    "coverages": COVERAGES,
    "terms": TERMS,
    "tariffs": TARIFFS,
    "parallel_care": PARALLEL_CARE,
    "price_list": PRICE_LIST,
    "made_products": MADE_PRODUCTS,
    "catalogue": CATALOGUE,
    "products_in_force": PRODUCTS_IN_FORCE,
    "mono_tariffs": MONO_TARIFFS,
    "limits": LIMITS,
    "clock": CLOCK,
}

ROUTES = {
    "pregnancy_id": "int64",
    "route": "string",  # 'integral' or 'old_way'
    # contract, followed_contract | outside_practice, no_contract, exempt, not_insured
    "reason": "string",
    "contract_id?": "int64",
    "insurer_id?": "int64",
}
PHASES = {
    "pregnancy_id": "int64",
    "phase": "int32",
    "starts_on": "date",
    "until": "date",
    "is_open": "boolean",
    "insurer_id?": "int64",
    "contract_id?": "int64",
}
DISPOSITIONS = {
    "activity_id": "int64",
    "pregnancy_id?": "int64",
    "phase": "int32",  # 0 none
    "disposition": "string",
    "reason": "string",
    "rule": "string",
    "product_no?": "int64",
    "twin_id?": "int64",
}
PRODUCTS = {
    "product_no": "int64",
    "key": "string",
    "pregnancy_id": "int64",
    "phase": "int32",
    "product": "string",
    "insurer_id": "int64",
    "contract_id": "int64",
    "starts_on": "date",
    "claimable_on": "date",
    "is_open": "boolean",
    "minutes": "int64",
    "units": "int64",
    "tariff_cents": "int64",
    "deduction_cents": "int64",
    "cents": "int64",
    "rule": "string",
    "reason": "string",
    "evidence": "array<int64>",
    "alternative_product": "string",
    "alternative_cents?": "int64",
}
BREAKERS = {
    "pregnancy_id": "int64",
    "phase": "int32",
    "kind": "string",
    "happened_on": "date",
    "contract_id": "int64",
    "regime": "string",
    "rule": "string",
    "evidence": "array<int64>",
    "counts_loss": "boolean",
    "loss_cents?": "int64",
}
MONO_VALUES = {
    "pregnancy_id": "int64",
    "phase": "int32",
    "organisation_id": "int64",
    "is_inside": "boolean",  # member or supplier; false: an outside provider
    "cents?": "int64",
    "unknown_acts": "int64",
    "is_exact": "boolean",
}
PERFORMED = {  # kraamzorg in minutes, else in acts; for the division
    "product_no": "int64",
    "organisation_id": "int64",
    "units": "int64",
}
OUTPUTS = {
    "routes": ROUTES,
    "phases": PHASES,
    "dispositions": DISPOSITIONS,
    "products": PRODUCTS,
    "breakers": BREAKERS,
    "mono_values": MONO_VALUES,
}


def columns(schema: Mapping[str, str]) -> dict[str, str]:
    """Return a schema as column name to type, without the marks for "may be null"."""
    return {name.removesuffix("?"): kind for name, kind in schema.items()}
