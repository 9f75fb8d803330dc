"""What an agreement says, aloud: one sentence for every single thing, under a heading.

A sentence is a beginning and a value, so that of two versions the sentences can be compared
(`differences`): what says nothing here could change unseen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from ooievaar.contracts.agreements import terms
from ooievaar.contracts.agreements.writing import percent
from ooievaar.contracts.rules.agreement import (
    ANY_CODE,
    ANY_PRODUCT,
    Distribution,
    Example,
    GivenProduct,
    Place,
)
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Discipline

HEADINGS: Mapping[str, str | Promise] = {
    "whole": gettext_lazy("De afspraak"),
    "parties": gettext_lazy("Wie meedoet"),
    "first": gettext_lazy("Wat er eerst af gaat"),
    "products": gettext_lazy("Hoe elk product wordt verdeeld"),
    "disciplines": gettext_lazy("Hoe elke discipline onderling verdeelt"),
    "suppliers": gettext_lazy("Zorg van buiten"),
    "guarantee": gettext_lazy("Garantie en vangnet"),
    "advances": gettext_lazy("Voorschotten"),
    "paying": gettext_lazy("Wanneer er wordt betaald"),
    "examples": gettext_lazy("Voorbeelden"),
}
PRODUCTS: Mapping[str, str | Promise] = {
    ANY_PRODUCT: gettext_lazy("elk ander product"),
    "early_end": gettext_lazy("begeleiding tot 16 weken"),
    "prenatal": gettext_lazy("prenataal"),
    "prenatal_complex": gettext_lazy("prenataal complex"),
    "natal": gettext_lazy("nataal"),
    "natal_on_request": gettext_lazy("nataal op eigen verzoek"),
    "natal_complex": gettext_lazy("nataal complex"),
    "postnatal": gettext_lazy("postnataal"),
    "postnatal_complex": gettext_lazy("postnataal complex"),
    "kraamzorg_hour": gettext_lazy("kraamzorg per uur"),
}
METHODS: Mapping[str, str | Promise] = {
    "fixed_share": gettext_lazy("volgens een vast aandeel"),
    "mono_pro_rata": gettext_lazy("zoals de oude bekostiging het zou doen"),
    "performed": gettext_lazy("naar wat ieder heeft verricht"),
    "by_clients": gettext_lazy("naar het aantal cliënten van ieder"),
}
PAYS_WHEN: Mapping[str, str | Promise] = {
    "paid": gettext_lazy("wat de verzekeraar heeft betaald"),
    "granted": gettext_lazy("wat de verzekeraar heeft toegekend, ook als het nog niet betaald is"),
    "divided": gettext_lazy("wat is verdeeld, ook als de verzekeraar nog niet heeft geantwoord"),
}
RELEASES: Mapping[str, str | Promise] = {
    "members_decide": gettext_lazy("de leden beslissen erover"),
    "above_ceiling": gettext_lazy("wat boven het plafond komt, gaat terug naar wie het inbracht"),
}
FINANCIERS: Mapping[str, str | Promise] = {
    "safety_net": gettext_lazy("het vangnet"),
    "reserve": gettext_lazy("de reserve"),
    "gainers": gettext_lazy("wie erop vooruitgaat, tot wat hij erop vooruitgaat"),
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that an agreement says: its place, and the two halves of the sentence."""

    place: Place
    heading: str
    subject: str
    value: str

    def __str__(self) -> str:
        return f"{self.subject} {self.value}."


@dataclass(frozen=True, slots=True)
class Chapter:
    """A heading with its sentences."""

    key: str
    title: str
    sentences: tuple[Statement, ...]


def read_aloud(agreement: Distribution) -> list[Chapter]:
    """Return the whole agreement in sentences, in the language of who reads."""
    rows = statements(agreement)
    return [
        Chapter(key, str(HEADINGS[key]), tuple(found))
        for key, found in groupby(rows, key=lambda row: row.heading)
    ]


def statements(agreement: Distribution) -> Iterator[Statement]:
    """Yield everything that the agreement says, in reading order; each place once."""
    speaker = _Speaker(agreement)
    yield from speaker.whole()
    yield from speaker.parties()
    yield from speaker.first()
    yield from speaker.products()
    yield from speaker.disciplines()
    yield from speaker.suppliers()
    yield from speaker.guarantee()
    yield from speaker.advances()
    yield from speaker.paying()
    yield from speaker.examples()


class _Speaker:
    def __init__(self, agreement: Distribution) -> None:
        self.agreement = agreement
        self.names = {party.agb: party.name for party in agreement.parties}
        self.names |= {row.agb: row.name for row in agreement.suppliers}

    def whole(self) -> Iterator[Statement]:
        agreement = self.agreement
        until = agreement.valid_until
        yield _said("whole", ("title",), _("De afspraak heet"), f"“{agreement.title}”")
        yield _said("whole", ("network",), _("Zij is van"), agreement.network)
        yield _said("whole", ("valid_from",), _("Zij geldt vanaf"), _day(agreement.valid_from))
        yield _said(
            "whole",
            ("valid_until",),
            _("Zij geldt tot"),
            _day(until) if until else _("er een andere is"),
        )
        if agreement.explanation:
            text = f"“{agreement.explanation}”"
            yield _said("whole", ("explanation",), _("De toelichting luidt"), text)
        yield _said(
            "whole",
            ("rounding",),
            _("Afgerond wordt er op hele centen, en een cent die overblijft gaat naar"),
            _("wie het grootste deel van een cent tekortkwam"),
        )

    def parties(self) -> Iterator[Statement]:
        for party in self.agreement.parties:
            yield _said(
                "parties",
                ("parties", party.agb),
                _("Onder AGB-code %(agb)s doet mee:") % {"agb": party.agb},
                f"{party.name} ({_discipline(party.discipline)})",
            )

    def first(self) -> Iterator[Statement]:
        agreement = self.agreement
        overhead, reserve = agreement.overhead, agreement.reserve
        fixed = _("%(amount)s per maand") % {"amount": _euro(overhead.cents_per_month)}
        said = [percent(overhead.ppm)] if overhead.ppm else []
        said += [fixed] if overhead.cents_per_month else []
        yield _said(
            "first",
            ("overhead",),
            _("Als eerste gaat naar de organisatie zelf"),
            _and(said) or _("niets"),
        )
        if reserve is not None:
            ceiling = reserve.ceiling_cents
            top = _("zonder plafond") if ceiling is None else _("tot %(most)s") % {
                "most": _euro(ceiling)
            }  # fmt: skip
            yield _said(
                "first", ("reserve", "ppm"), _("Van de rest gaat naar de reserve"),
                percent(reserve.ppm),
            )  # fmt: skip
            yield _said("first", ("reserve", "ceiling"), _("De reserve groeit"), top)
            yield _said(
                "first", ("reserve", "release"), _("Verder geldt voor de reserve:"),
                str(RELEASES[reserve.release]),
            )  # fmt: skip
        for row in agreement.surcharges:
            at: Place = ("surcharges", row.name)
            about = {"name": row.name}
            said = [percent(row.ppm)] if row.ppm else []
            said += [_("%(amount)s per jaar") % {"amount": _euro(row.cents)}] if row.cents else []
            amount = _and(said) or _("niets")
            yield _said("first", (*at, "purpose"), _("%(name)s is bestemd voor") % about,
                        row.purpose)  # fmt: skip
            yield _said(
                "first", (*at, "amount"), _("Apart gezet voor %(name)s wordt") % about, amount
            )

    def products(self) -> Iterator[Statement]:
        order = list(terms.PRODUCTS)
        for product in sorted(self.agreement.products, key=order.index):
            rule = self.agreement.products[product]
            at: Place = ("products", product)
            about = {"product": str(PRODUCTS[product])}
            subject = _("Over de disciplines wordt %(product)s verdeeld") % about
            yield _said("products", (*at, "method"), subject, str(METHODS[rule.method]))
            if rule.until is not None:
                subject = _("Zo gaat het met %(product)s tot") % about
                yield _said("products", (*at, "until"), subject, _day(rule.until))
            for discipline in _in_order(rule.shares, terms.DISCIPLINES):
                words = about | {"discipline": _discipline(discipline)}
                subject = _("Van %(product)s is het vaste aandeel van %(discipline)s") % words
                value = percent(rule.shares[discipline])
                yield _said("products", (*at, "shares", discipline), subject, value)
            for discipline in _in_order(rule.members, terms.DISCIPLINES):
                words = about | {"discipline": _discipline(discipline)}
                subject = _("Binnen %(discipline)s wordt het deel van %(product)s verdeeld")
                value = str(METHODS[rule.members[discipline]])
                yield _said("products", (*at, "members", discipline), subject % words, value)
            for code in sorted(rule.unit_prices):
                words = about | {"code": _("elke andere code") if code == ANY_CODE else code}
                subject = _("Bij %(product)s telt voor %(code)s een prijs van") % words
                value = _euro(rule.unit_prices[code])
                yield _said("products", (*at, "unit_prices", code), subject, value)

    def disciplines(self) -> Iterator[Statement]:
        for discipline in _in_order(self.agreement.disciplines, terms.DISCIPLINES):
            rule = self.agreement.disciplines[discipline]
            at: Place = ("disciplines", discipline)
            about = {"discipline": _discipline(discipline)}
            subject = _("Binnen %(discipline)s wordt verdeeld") % about
            yield _said("disciplines", (*at, "method"), subject, str(METHODS[rule.method]))
            yield from self._shares(at, rule.shares, about["discipline"])
            if rule.is_secret:
                subject = _("Deze regel van %(discipline)s is") % about
                yield _said("disciplines", (*at, "is_secret"), subject, _("besloten"))
            for row in rule.cooperatives:
                place: Place = (*at, "cooperatives", row.agb)
                name = self.names[row.agb]
                members = _and([self.names[agb] for agb in row.members])
                about = {"name": name}
                subject = _("Binnen %(name)s verdelen de leden") % about
                yield _said("disciplines", (*place, "method"), subject, str(METHODS[row.method]))
                subject = _("Leden van %(name)s zijn") % about
                yield _said("disciplines", (*place, "members"), subject, members)
                yield from self._shares(place, row.shares, name)
                if row.is_secret:
                    subject = _("De regel binnen %(name)s is") % about
                    yield _said("disciplines", (*place, "is_secret"), subject, _("besloten"))

    def _shares(self, at: Place, shares: Mapping[str, int], whose: str) -> Iterator[Statement]:
        for agb in _in_order(shares, self.names):
            words = {"whose": whose, "name": self.names[agb]}
            subject = _("Van het deel van %(whose)s krijgt %(name)s") % words
            yield _said("disciplines", (*at, "shares", agb), subject, percent(shares[agb]))

    def suppliers(self) -> Iterator[Statement]:
        for row in self.agreement.suppliers:
            at: Place = ("suppliers", row.agb)
            about = {"name": row.name}
            subject = _("Onder AGB-code %(agb)s levert van buiten:") % {"agb": row.agb}
            yield _said("suppliers", (*at, "name"), subject, row.name)
            subject = _("Op factuur, vóór al het andere, levert %(name)s") % about
            yield _said("suppliers", (*at, "codes"), subject, ", ".join(row.codes))
            for code in sorted(row.prices):
                subject = _("Voor %(code)s krijgt %(name)s") % (about | {"code": code})
                yield _said("suppliers", (*at, "prices", code), subject, _euro(row.prices[code]))

    def guarantee(self) -> Iterator[Statement]:
        row = self.agreement.guarantee
        if row is not None:
            at: Place = ("guarantee",)
            for year, ppm in sorted(row.ppm_by_year.items()):
                subject = _("In %(year)s houdt een partner van zijn oude inkomen ten minste")
                yield _said("guarantee", (*at, "ppm_by_year", str(year)),
                            subject % {"year": year}, percent(ppm))  # fmt: skip
            subject = _("Zijn oude inkomen is")
            reference = (
                _("dat van het jaar %(year)s") % {"year": row.reference_year}
                if row.reference == "mono_of_year"
                else _("wat de oude bekostiging voor de zorg van dit jaar had betaald")
            )
            yield _said("guarantee", (*at, "reference"), subject, reference)
            subject = _("De aanvulling is van dat inkomen hoogstens")
            yield _said("guarantee", (*at, "cap"), subject, percent(row.cap_ppm))
            sources = [str(FINANCIERS[name]) for name in row.financed_by]
            subject = _("De garantie wordt betaald uit, in deze volgorde,")
            yield _said("guarantee", (*at, "financed_by"), subject, ", ".join(sources))
        for net in self.agreement.safety_nets:
            place: Place = ("safety_nets", net.uzovi)
            about = {"uzovi": net.uzovi}
            subject = _(
                "Met verzekeraar %(uzovi)s telt een verschil met het oude inkomen pas boven"
            )
            yield _said("guarantee", (*place, "corridor"), subject % about,
                        percent(net.corridor_ppm))  # fmt: skip
            subject = _("Van wat daarbuiten valt, wordt met verzekeraar %(uzovi)s verrekend")
            yield _said("guarantee", (*place, "share"), subject % about, percent(net.share_ppm))

    def advances(self) -> Iterator[Statement]:
        row = self.agreement.advances
        if row is None:
            return
        most, months = row.limit_cents, row.stop_after_months_without_care
        said = [
            ("share", _("Elke maand wordt van het verwachte inkomen voorgeschoten"),
             percent(row.share_ppm)),
            ("lender", _("Het geld daarvoor komt van"),
             self.names.get(row.lender, _("de IGO zelf"))),
            ("limit", _("Samen staat er aan voorschotten nooit meer uit dan"),
             _("wat het verwachte inkomen toelaat") if most is None else _euro(most)),
            ("leaving", _("Wie vertrekt, krijgt"),
             _("geen voorschot meer") if row.stop_when_leaving else _("het tot het eind")),
        ]  # fmt: skip
        if months is not None:
            subject = _("Wie geen zorg levert, krijgt geen voorschot meer na")
            value = ngettext("%(months)s maand", "%(months)s maanden", months)
            said.append(("months", subject, value % {"months": months}))
        for key, subject, value in said:
            yield _said("advances", ("advances", key), subject, value)

    def paying(self) -> Iterator[Statement]:
        if self.agreement.pays_when:
            value = str(PAYS_WHEN[self.agreement.pays_when])
            yield _said("paying", ("pays_when",), _("Aan de partners wordt betaald"), value)

    def examples(self) -> Iterator[Statement]:
        outcomes = _outcomes() | self.names
        for row in self.agreement.examples:
            about = {"name": row.name}
            yield from self._given(row)
            for key in _in_order(row.then, outcomes):
                subject = _("In het voorbeeld “%(name)s” gaat naar %(who)s") % (
                    about | {"who": outcomes[key]}
                )
                yield _said("examples", ("examples", row.name, "then", key), subject,
                            _euro(row.then[key]))  # fmt: skip

    def _given(self, example: Example) -> Iterator[Statement]:
        for number, row in enumerate(example.given, start=1):
            at: Place = ("examples", example.name, "given", number)
            words = {"name": example.name, "number": number}
            subject = _("In het voorbeeld “%(name)s” is product %(number)s") % words
            yield _said("examples", at, subject, self.product(row))

    def product(self, row: GivenProduct) -> str:
        """Say a product of an example, and what was done for it."""
        parts = [f"{PRODUCTS[row.product]}, {_euro(row.cents)}"]
        if row.starts_on:
            parts.append(_("begonnen op %(day)s") % {"day": _day(row.starts_on)})
        parts += self._listed(_("verricht"), {agb: str(n) for agb, n in row.performed.items()})
        parts += self._listed(
            _("verricht per code"),
            {
                agb: ", ".join(f"{code} {n}" for code, n in sorted(counts.items()))
                for agb, counts in row.codes.items()
            },
        )
        old = {agb: _euro(cents) for agb, cents in row.mono.items()}
        parts += self._listed(_("oude bekostiging"), old)
        bills = {agb: _euro(cents) for agb, cents in row.supplied.items()}
        parts += self._listed(_("facturen"), bills)
        return "; ".join(parts)

    def _listed(self, what: str, values: Mapping[str, str]) -> list[str]:
        said = [f"{self.names[agb]} {values[agb]}" for agb in _in_order(values, self.names)]
        return [f"{what}: {', '.join(said)}"] if said else []


def given_words(agreement: Distribution, example: Example) -> list[str]:
    """Say the products that an example is given, one by one."""
    speaker = _Speaker(agreement)
    return [speaker.product(row) for row in example.given]


def outcome_words(agreement: Distribution) -> dict[str, str]:
    """Return what to call everything that an example's outcome may name."""
    return _outcomes() | _Speaker(agreement).names


def _outcomes() -> dict[str, str]:
    own = {
        "overhead": _("de organisatie zelf"),
        "reserve": _("de reserve"),
        "earmarked": _("de toeslagen"),
    }
    return own | {key: _discipline(key) for key in terms.DISCIPLINES}


def _said(heading: str, place: Place, subject: str, value: str) -> Statement:
    return Statement(place, heading, subject, value)


def _discipline(key: str) -> str:
    return str(Discipline(key).label).lower()


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def _euro(cents: int) -> str:
    return format_euro(cents, (get_language() or "nl")[:2])


def _and(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s en %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _in_order(rows: Mapping[str, Any], order: Mapping[str, Any]) -> list[str]:
    return [key for key in order if key in rows]
