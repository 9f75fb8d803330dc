"""Writes an agreement as the text that people read: the same values give the same text."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from ooievaar.contracts.agreements import terms
from ooievaar.contracts.rules.agreement import (
    ANY_CODE,
    Cooperative,
    Distribution,
    Example,
    GivenProduct,
    MemberRule,
    ProductRule,
)
from ooievaar.kernel.money import PPM, format_euro


def write(agreement: Distribution) -> str:
    """Return the canonical text; reading it gives the same agreement."""
    written, was_short = "", True
    for key, value in _Text(agreement).parts().items():
        is_short = not isinstance(value, dict | list) and "\n" not in str(value)
        if written and not (was_short and is_short):
            written += "\n"
        written += yaml.dump(
            {key: value}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=96
        )
        was_short = is_short
    return written


def percent(ppm: int) -> str:
    """Write parts per million as `3,5 %`."""
    whole, rest = divmod(ppm, PPM // 100)
    decimals = f"{rest:04d}".rstrip("0")
    return f"{whole},{decimals} %" if decimals else f"{whole} %"


class _Code(str):
    """A code; one of digits always stands between quotes."""


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _quoted(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = '"' if value.isdigit() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style=style)


def _plain(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(_Code, _quoted)
_Dumper.add_representer(str, _plain)


class _Text:
    """The keys of the text in reading order; what says nothing is left out."""

    def __init__(self, agreement: Distribution) -> None:
        self.agreement = agreement
        self.names = {party.agb: party.name for party in agreement.parties}
        self.suppliers = {row.agb: row.name for row in agreement.suppliers}

    def parts(self) -> dict[str, Any]:
        agreement = self.agreement
        advances, reserve, overhead = agreement.advances, agreement.reserve, agreement.overhead
        return _said(
            titel=agreement.title,
            netwerk=agreement.network,
            geldt_vanaf=agreement.valid_from,
            geldt_tot=agreement.valid_until,
            toelichting=agreement.explanation,
            partijen={
                word: {party.name: _Code(party.agb) for party in agreement.parties_of(discipline)}
                for discipline, word in terms.DISCIPLINES.items()
                if agreement.parties_of(discipline)
            },
            organisatiekosten=_said(
                deel=percent(overhead.ppm) if overhead.ppm else "",
                per_maand=format_euro(overhead.cents_per_month) if overhead.cents_per_month else "",
            ),
            reserve=reserve
            and _said(
                deel=percent(reserve.ppm),
                hoogstens=_amount(reserve.ceiling_cents),
                vrijval=terms.RELEASES[reserve.release],
            ),
            toeslagen=[
                _said(
                    naam=row.name,
                    doel=row.purpose,
                    bedrag_per_jaar="" if row.ppm else format_euro(row.cents),
                    deel=percent(row.ppm) if row.ppm else "",
                )
                for row in agreement.surcharges
            ],
            producten={
                terms.PRODUCTS[product]: self._product(agreement.products[product])
                for product in sorted(agreement.products, key=list(terms.PRODUCTS).index)
            },
            disciplines={
                word: self._members(agreement.disciplines[discipline])
                for discipline, word in terms.DISCIPLINES.items()
                if discipline in agreement.disciplines
            },
            leveranciers=[
                _said(
                    naam=row.name,
                    agb=_Code(row.agb),
                    codes=[_Code(code) for code in row.codes],
                    prijzen=_amounts(_coded(row.prices)),
                )
                for row in agreement.suppliers
            ],
            garantie=self._guarantee(),
            vangnet=[
                {
                    "uzovi": _Code(row.uzovi),
                    "ruimte": percent(row.corridor_ppm),
                    "verrekend": percent(row.share_ppm),
                }
                for row in agreement.safety_nets
            ],
            voorschotten=advances
            and _said(
                deel=percent(advances.share_ppm),
                geldgever=self.names.get(advances.lender, terms.IGO),
                hoogstens=_amount(advances.limit_cents),
                stopt_bij_vertrek=terms.YES if advances.stop_when_leaving else terms.NO,
                stopt_na_maanden_zonder_zorg=advances.stop_after_months_without_care,
            ),
            betalen=terms.PAYS_WHEN.get(agreement.pays_when),
            afronding=terms.ROUNDING[agreement.rounding],
            voorbeelden=[self._example(row) for row in agreement.examples],
        )

    def _product(self, rule: ProductRule) -> dict[str, Any]:
        shares = _percents(rule.shares, terms.DISCIPLINES)
        return _said(
            werkwijze=terms.METHODS[rule.method],
            tot=rule.until,
            **{"daarna" if rule.method == "mono_pro_rata" else "aandelen": shares},
            anders_binnen={
                terms.DISCIPLINES[key]: terms.METHODS[rule.members[key]]
                for key in _ordered(rule.members, terms.DISCIPLINES)
            },
            prijzen=_amounts(
                {
                    _Code(code) if code != ANY_CODE else terms.ANY_CODE: rule.unit_prices[code]
                    for code in sorted(rule.unit_prices, key=lambda code: (code == ANY_CODE, code))
                }
            ),
        )

    def _members(self, rule: MemberRule) -> dict[str, Any]:
        return _said(
            werkwijze=terms.METHODS[rule.method],
            aandelen=_percents(rule.shares, self.names),
            besloten=terms.YES if rule.is_secret else "",
            cooperaties=[self._cooperative(row) for row in rule.cooperatives],
        )

    def _cooperative(self, row: Cooperative) -> dict[str, Any]:
        return _said(
            cooperatie=self.names[row.agb],
            leden=[self.names[agb] for agb in row.members],
            werkwijze=terms.METHODS[row.method],
            aandelen=_percents(row.shares, self.names),
            besloten=terms.YES if row.is_secret else "",
        )

    def _guarantee(self) -> dict[str, Any] | None:
        row = self.agreement.guarantee
        if row is None:
            return None
        return _said(
            deel_per_jaar={
                _Code(year): percent(ppm) for year, ppm in sorted(row.ppm_by_year.items())
            },
            maatstaf=terms.REFERENCES[row.reference],
            jaar=row.reference_year,
            hoogstens=percent(row.cap_ppm) if row.cap_ppm != PPM else "",
            betaald_uit=[terms.FINANCIERS[name] for name in row.financed_by],
        )

    def _example(self, row: Example) -> dict[str, Any]:
        outcomes = terms.OUTCOMES | self.names | self.suppliers
        return {
            "naam": row.name,
            "gegeven": [self._given(product) for product in row.given],
            "dan": {
                outcomes[key]: format_euro(row.then[key]) for key in _ordered(row.then, outcomes)
            },
        }

    def _given(self, row: GivenProduct) -> dict[str, Any]:
        return {
            "product": terms.PRODUCTS[row.product],
            "bedrag": format_euro(row.cents),
        } | _said(
            begint=row.starts_on,
            verricht=self._named(row.performed),
            codes={name: _coded(counts) for name, counts in self._named(row.codes).items()},
            oude_bekostiging=_amounts(self._named(row.mono)),
            facturen={
                self.suppliers[agb]: format_euro(row.supplied[agb])
                for agb in _ordered(row.supplied, self.suppliers)
            },
        )

    def _named(self, rows: Mapping[str, Any]) -> dict[str, Any]:
        return {self.names[agb]: rows[agb] for agb in _ordered(rows, self.names)}


def _said(**parts: Any) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if _says_something(value)}


def _says_something(value: Any) -> bool:
    return isinstance(value, date) or (value is not None and value not in ("", {}, []))


def _ordered(rows: Mapping[str, Any], order: Mapping[str, str]) -> list[str]:
    return [key for key in order if key in rows]


def _percents(shares: Mapping[str, int], words: Mapping[str, str]) -> dict[str, str]:
    return {words[key]: percent(shares[key]) for key in _ordered(shares, words)}


def _amounts(prices: Mapping[str, int]) -> dict[str, str]:
    """Write amounts by code, or by name."""
    return {name: format_euro(cents) for name, cents in prices.items()}


def _coded(rows: Mapping[str, int]) -> dict[str, int]:
    return {_Code(code): rows[code] for code in sorted(rows)}


def _amount(cents: int | None) -> str:
    return "" if cents is None else format_euro(cents)
