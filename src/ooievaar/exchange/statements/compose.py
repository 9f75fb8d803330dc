"""Writes a statement in words from the figures that were stored; nothing is computed anew."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from ooievaar.bundles.explain import capital
from ooievaar.exchange.statements.parts import Figure, Row, Section, Sheet, Table
from ooievaar.settlement.payments.models import PaymentLine
from ooievaar.settlement.statements import words
from ooievaar.settlement.statements.comparing import Compared
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.rules.difference import Part
from ooievaar.ui.columns import local
from ooievaar.ui.templatetags.ooievaar import day, euro, month_name, number

MOST_PARTS = 9
"""Causes of the difference that stand on paper: more than so many nobody reads."""
SEAL = 16
"""Signs of the seal that are printed: enough to hold a paper beside what is stored."""


def compose(statement: Statement, language: str = "nl") -> Sheet:
    """Return a statement in words; it comes with its network and organisation."""
    with override(language):
        figures = statement.figures
        month = month_name(statement.month)
        organisation, network = statement.organisation, statement.network
        sections = (
            _products(figures),
            _difference(figures),
            _account(figures, statement.day),
            _held(figures),
            _paid(figures),
            _old_system(figures, statement.month),
            _asking(),
        )
        return Sheet(
            language=language,
            title=_("Afschrift %(month)s") % {"month": month},
            number=statement.number,
            number_label=_("Afschriftnummer"),
            sender=network.name,
            receiver=(organisation.name, f"AGB {organisation.agb}", organisation.city),
            made=_("gemaakt %(day)s") % {"day": f"{local(statement.made_at):%d-%m-%Y %H:%M}"},
            footer=f"{statement.number} · {organisation.name} · {month}",
            page=(_("bladzijde"), _("van")),
            figures=tuple(_on_top(figures)),
            sections=tuple(one for one in sections if one is not None),
            colophon=(
                _(
                    "Wat na het maken van dit afschrift verandert, staat op het volgende. Kenmerk "
                    "van deze cijfers: %(seal)s."
                )
                % {"seal": statement.sha256[:SEAL]},
            ),
        )


def _on_top(figures: dict[str, Any]) -> Iterable[Figure]:
    new = [row for row in figures["products"] if not row["is_correction"]]
    corrected = [row for row in figures["products"] if row["is_correction"]]
    count = sum(row["count"] for row in new)
    yield Figure(
        _("Nieuwe producten"),
        euro(sum(row["cents"] for row in new)),
        ngettext("%(count)s product", "%(count)s producten", count) % {"count": number(count)},
    )
    yield Figure(
        _("Correcties"),
        euro(sum(row["cents"] for row in corrected)),
        _("verschillen op eerdere maanden"),
    )
    yield Figure(_("Samen deze maand"), euro(figures["income_cents"]))
    payable = figures["payable_cents"]
    if payable < 0:
        yield Figure(_("Schuld"), euro(-payable), _("gaat mee naar de volgende betaling"))
    else:
        yield Figure(_("Mag worden uitbetaald"), euro(payable))


def _products(figures: dict[str, Any]) -> Section:
    groups: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for row in figures["products"]:
        groups.setdefault((row["phase"], row["product"]), []).append(row)
    rows, sums = [], [0, 0, 0]
    for (_phase, product), ones in groups.items():
        new = sum(one["cents"] for one in ones if not one["is_correction"])
        corrected = sum(one["cents"] for one in ones if one["is_correction"])
        count = sum(one["count"] for one in ones if not one["is_correction"])
        sums = [sums[0] + count, sums[1] + new, sums[2] + corrected]
        cells = (
            *(words.product_name(product), number(count)),
            *(euro(new), euro(corrected), euro(new + corrected)),
        )
        rows.append(Row(cells))
    if not rows:
        return Section(
            _("Per product"), _("Deze maand kwam er niets bij en is er niets gewijzigd.")
        )
    total = (_("Samen"), number(sums[0]), euro(sums[1]), euro(sums[2]), euro(sums[1] + sums[2]))
    columns = (_("Product"), _("Aantal"), _("Nieuw"), _("Correcties"), _("Samen"))
    return Section(_("Per product"), table=Table(columns, 1, (*rows, Row(total, is_sum=True))))


def _difference(figures: dict[str, Any]) -> Section | None:
    difference = figures["difference"]
    before = difference["month_before"]
    if not before:
        return None
    heading = _("Het verschil met %(month)s") % {"month": month_name(before)}
    cents = difference["cents"] - difference["cents_before"]
    facts = {
        "month": month_name(before),
        "before": euro(difference["cents_before"]),
        "difference": euro(abs(cents)),
    }
    if not difference["parts"]:
        return Section(heading, _("Evenveel als in %(month)s: %(before)s.") % facts)
    told = (
        _("In %(month)s was het %(before)s; deze maand is het %(difference)s meer. Dat komt zo:")
        if cents >= 0
        else _(
            "In %(month)s was het %(before)s; deze maand is het %(difference)s minder. Dat komt zo:"
        )
    )
    parts = difference["parts"]
    # On paper the largest; together with the rest they are the whole difference.
    shown = parts if len(parts) <= MOST_PARTS else parts[: MOST_PARTS - 1]
    rows = [Row((words.part_sentence(Part(**part), before), euro(part["cents"]))) for part in shown]
    if rest := parts[len(shown) :]:
        told_rest = _("%(count)s kleinere oorzaken samen; elk staat in Ooievaar onder Ons geld")
        rest_cents = sum(part["cents"] for part in rest)
        rows.append(Row((told_rest % {"count": len(rest)}, euro(rest_cents))))
    total = Row((_("Het hele verschil"), euro(cents)), is_sum=True)
    return Section(
        heading, told % facts, Table((_("Wat er anders was"), _("Bedrag")), 1, (*rows, total))
    )


def _account(figures: dict[str, Any], until: date) -> Section | None:
    rows: list[Row] = []
    since = date.fromisoformat(figures["since"])
    for kind, account in figures["accounts"].items():
        name = str(words.ACCOUNT_KINDS.get(kind, kind))
        rows.append(Row((name, _("Stond er"), euro(account["opening"]))))
        rows += [
            Row(("", capital(words.movement(reason)), euro(cents)))
            for reason, cents in account["movements"]
        ]
        rows.append(Row(("", _("Staat er"), euro(account["closing"])), is_sum=True))
    if not rows:
        return None
    return Section(
        _("Wat er voor u in de boeken staat"),
        _(
            "Van %(since)s tot en met %(until)s. Een bedrag onder nul is wat u nog moet verdienen "
            "of terugbetalen."
        )
        % {"since": day(since), "until": day(until)},
        Table((_("Rekening"), _("Wat er gebeurde"), _("Bedrag")), 2, tuple(rows)),
    )


def _held(figures: dict[str, Any]) -> Section:
    heading = _("Wat wordt vastgehouden, en waarom")
    held = figures["held"]
    payable = figures["payable_cents"]
    if not held:
        return Section(heading, _("Er wordt niets van u vastgehouden."))
    rows = [Row((capital(words.held_word(why)), euro(cents))) for why, cents in held]
    total = sum(cents for _why, cents in held)
    return Section(
        heading,
        _(
            "Uitbetaald wordt wat de verzekeraar betaalde. Van wat voor u in de boeken staat, "
            "wacht het volgende daarop."
        ),
        Table(
            (_("Waarop het wacht"), _("Bedrag")),
            1,
            (
                *rows,
                Row((_("Samen vastgehouden"), euro(total)), is_sum=True),
                Row((_("Mag worden uitbetaald"), euro(payable))),
            ),
        ),
    )


def _paid(figures: dict[str, Any]) -> Section:
    heading = _("Betalingen")
    if not figures["paid"]:
        return Section(heading, _("In deze dagen ging er geen betaling naar u uit."))
    outcomes = dict(PaymentLine.Outcome.choices)
    rows, total = [], 0
    for line in figures["paid"]:
        cells = (day(date.fromisoformat(line["pay_on"])), line["number"])
        rows.append(Row((*cells, str(outcomes[line["outcome"]]), euro(line["cents"]))))
        if line["came_back"]:
            rows.append(Row((*cells, _("Kwam terug van de bank"), euro(-line["cents"]))))
        else:
            total += line["cents"]
    rows.append(Row((_("Samen"), "", "", euro(total)), is_sum=True))
    columns = (_("Dag"), _("Kenmerk op uw rekening"), _("Hoe"), _("Bedrag"))
    return Section(heading, table=Table(columns, 3, tuple(rows)))


def _old_system(figures: dict[str, Any], month: str) -> Section | None:
    one = Compared(**figures["old_system"])
    if not (one.income_cents or one.phases):
        return None
    rows = [
        Row((_("Uw aandeel in de fasen die eindigden"), euro(one.compared_cents))),
        Row((_("Wat de oude bekostiging voor uw zorg zou betalen"), euro(one.mono_cents))),
        Row((_("Verschil"), euro(one.difference_cents)), is_sum=True),
    ]
    notes = []
    if one.unknown:
        notes.append(
            ngettext(
                "Van %(count)s fase is niet bekend wat de oude bekostiging zou betalen "
                "(%(acts)s verrichtingen zonder bekend tarief); uw aandeel daarin, %(amount)s, "
                "staat niet in de vergelijking.",
                "Van %(count)s fasen is niet bekend wat de oude bekostiging zou betalen "
                "(%(acts)s verrichtingen zonder bekend tarief); uw aandeel daarin, %(amount)s, "
                "staat niet in de vergelijking.",
                one.unknown,
            )
            % {
                "count": number(one.unknown),
                "acts": number(one.unknown_acts),
                "amount": euro(one.unknown_cents),
            }
        )
    if one.near:
        notes.append(
            ngettext(
                "Van %(count)s fase is het tarief van een nabij jaar genomen.",
                "Van %(count)s fasen is het tarief van een nabij jaar genomen.",
                one.near,
            )
            % {"count": number(one.near)}
        )
    return Section(
        _("Naast de oude bekostiging, %(year)s tot en met deze maand") % {"year": month[:4]},
        table=Table(("", _("Bedrag")), 1, tuple(rows)),
        notes=tuple(notes),
    )


def _asking() -> Section:
    return Section(
        _("Een vraag over een bedrag"),
        _(
            "Elke regel achter deze cijfers staat in Ooievaar onder Ons geld, met de som en de "
            "afspraak waaruit zij volgt. Stel uw vraag bij de regel zelf: zij gaat naar de "
            "controller van het netwerk, en het antwoord staat erbij."
        ),
    )
