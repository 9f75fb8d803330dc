"""A line as a sum in words: from the product, by every part that went off, to the amount.

Who got the rest of a product is not told. What was split, and by how much in all, is: without it
nobody can check the own part.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.money import PPM
from ooievaar.settlement.models import Share
from ooievaar.settlement.queries import product_share
from ooievaar.settlement.statements.lines import Line, TakenFirst
from ooievaar.ui.templatetags.ooievaar import language, percent
from ooievaar.web import words
from ooievaar.web.division import only_one, weighed, weighed_last


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the sum; `tone` is `whole`, `off`, `left`, `part` or `own`."""

    words: str
    cents: int
    tone: str


def steps_of(line: Line, agreement: Distribution | None) -> list[Step]:
    """Return the sum that gives a line, as it is now; nothing where the line fell away."""
    if line.is_gone:
        return []
    if line.share.kind == Share.Kind.SUPPLIER:
        return [Step(_("op factuur, vóór de verdeling"), line.now_cents, "own")]
    return list(_steps(line, agreement))


def _steps(line: Line, agreement: Distribution | None) -> Iterator[Step]:
    share, known = line.share, line.share.parameters
    product = share.product
    name = words.product_name(product.product, language())
    yield Step(name, product.total_cents, "whole")
    for taken in line.taken_first:
        yield Step(_taken(taken), -taken.cents, "off")
    if line.taken_first:
        yield Step(_("dat blijft voor de disciplines"), line.rest_cents, "left")
    in_cooperative = known.get("cooperative_id") is not None
    of_discipline = known["discipline_cents"] if in_cooperative else known["parent_cents"]
    yield Step(_of_discipline(line, agreement), of_discipline, "part")
    if in_cooperative:
        yield Step(_of_cooperative(line, agreement), known["parent_cents"], "part")
    yield Step(_own(line), line.now_cents, "own")


def _taken(taken: TakenFirst) -> str:
    part = percent(taken.ppm) if taken.ppm else ""
    match taken.kind, taken.reason:
        case Share.Kind.SUPPLIER, _reason:
            return _("op factuur, voor zorg die van buiten werd ingekocht")
        case Share.Kind.OVERHEAD, "monthly_overhead":
            return _("deel van de vaste organisatiekosten van de maand")
        case Share.Kind.OVERHEAD, _reason:
            return _("%(part)s naar de organisatie") % {"part": part}
        case Share.Kind.SURCHARGE, _reason:
            return _("%(part)s naar een toeslag met een eigen doel") % {"part": part}
    return _("%(part)s naar de reserve") % {"part": part}


def _of_discipline(line: Line, agreement: Distribution | None) -> str:
    known, product = line.share.parameters, line.share.product.product
    who = words.words(words.DISCIPLINES, line.share.discipline).lower()
    part = percent(known["discipline_ppm"])
    if known.get("product_method") is None:
        return _("daarvan %(part)s voor %(discipline)s, een vast aandeel") % {
            "part": part,
            "discipline": who,
        }
    rule = agreement.rule_for(product) if agreement else None
    has_prices = bool(rule and rule.unit_prices) or known.get("method") == "internal_prices"
    is_priced = known["product_method"] == "performed" and has_prices
    by = weighed(
        "internal_prices" if is_priced else known["product_method"],
        known["discipline_weight"],
        known["discipline_weight_total"],
        product,
    )
    return _("daarvan %(part)s voor %(discipline)s, %(by)s") % {
        "part": part,
        "discipline": who,
        "by": by,
    }


def _of_cooperative(line: Line, agreement: Distribution | None) -> str:
    known, product = line.share.parameters, line.share.product.product
    weight, whole = known["cooperative_weight"], known["cooperative_weight_total"]
    by = weighed(_method_within(line, agreement), weight, whole, product)
    return _("daarvan voor onze coöperatie, %(by)s") % {"by": by}


def _method_within(line: Line, agreement: Distribution | None) -> str:
    """Return how the discipline divides this product, by the text of the agreement.

    Without a text: a whole of a million can only be fixed shares.
    """
    discipline = line.share.discipline
    if agreement is None:
        is_fixed = line.share.parameters["cooperative_weight_total"] == PPM
        return "fixed_share" if is_fixed else "performed"
    rule = agreement.rule_for(line.share.product.product)
    if rule is not None and discipline in rule.members:
        return rule.members[discipline]
    own = agreement.disciplines.get(discipline)
    return own.method if own else (rule.method if rule else "performed")


def _own(line: Line) -> str:
    share = product_share(line.share)
    weight, whole = share.parameters["weight"], share.parameters["weight_total"]
    is_inside = share.parameters.get("cooperative_id") is not None
    if weight == whole:
        by = only_one(share)
    elif is_inside and share.reason == "fixed_share":
        by = _("vast aandeel %(part)s binnen de coöperatie")
        by %= {"part": percent(weight * PPM // whole)}
    else:
        by = weighed_last(share, line.share.product.product)
    return _("daarvan voor %(who)s, %(by)s") % {"who": share.organisation, "by": by}
