"""How the values of the book are written for a person, in Dutch and in English."""

from typing import NamedTuple

from ooievaar.kernel.money import format_euro
from ooievaar.rulebook.schema import MonoTariff


class Words(NamedTuple):
    """The same text in both languages."""

    nl: str
    en: str


YES = Words("ja", "yes")
NO = Words("nee", "no")
INSIDE = Words("binnen", "inside")
OUTSIDE = Words("buiten", "outside")
EVERYTHING = Words("alles", "everything")
ON_REQUEST = Words("op verzoek", "on request")
MAKES_COMPLEX = Words("maakt complex (gynaecoloog)", "makes complex (gynaecologist)")
BY_THE_HOUR = Words("product per uur", "product per hour")
DEPRIVED = Words("achterstandswijk", "deprived area")
CODE = Words("code", "code")
RANK = Words("rang", "rank")

UNITS = {
    "days": Words("dagen", "days"),
    "minutes": Words("minuten", "minutes"),
    "hours": Words("uur", "hours"),
    "code": Words("", ""),
    "hour": Words("per uur", "per hour"),
    "piece": Words("per stuk", "each"),
    "course": Words("per zorgtraject", "per course of care"),
}
PHASES = {
    "prenatal": Words("prenataal", "prenatal"),
    "natal": Words("nataal", "natal"),
    "postnatal": Words("postnataal", "postnatal"),
}
VARIANTS = {
    "early_end": Words("eindigt vroeg", "ends early"),
    "regular": Words("gewoon", "regular"),
    "complex": Words("complex", "complex"),
    "on_request": ON_REQUEST,
    "hourly": Words("per uur", "per hour"),
}
OUTCOMES = {
    "refused": Words("geen product", "no product"),
    "corrected": Words("product met aftrek", "product with a deduction"),
    "kept": Words("product blijft", "product stays"),
}
OUTSIDE_ACTS = {
    "breaks_bundle": Words("zorg van buiten breekt", "outside care breaks"),
    "monodisciplinary": Words("zorg van buiten op de oude wijze", "outside care the old way"),
}
MATCHES = {
    "intake": Words("ook voor de eerste intake", "also before the first intake"),
    "aftercare": Words("ook als nazorg", "also as aftercare"),
}
CHOICES = {
    "due_date_less_term": Words("uitgerekende datum min 40 weken", "due date less 40 weeks"),
    "hint_before_time": Words("aanwijzing voor tijd", "hint before time"),
    "point_estimate": Words("puntschatting", "point estimate"),
    "whole_days": Words("hele dagen", "whole days"),
    "on_the_day": Words("op de dag zelf", "on the day itself"),
    "inside": INSIDE,
    "latest_started_phase": Words("laatst begonnen fase", "latest phase that started"),
    "lowest_source_rank": Words("laagste rang", "lowest rank"),
    "gynaecologist_of_a_member": Words("gynaecoloog van een lid", "a member's gynaecologist"),
    "complex": Words("complex", "complex"),
    "half_up": Words("half naar boven", "half up"),
    "calendar_month": Words("kalendermaand", "calendar month"),
    "from_first_member_care": Words("vanaf de eerste zorg van een lid", "from first member care"),
    "earliest_breaker": Words("vroegste breker", "earliest breaker"),
    "start_of_phase": Words("begin van de fase", "start of the phase"),
    "earlier_on_a_tie": Words("dichtstbij, anders eerder", "nearest, earlier on a tie"),
    "regular": Words("gewoon tarief", "regular tariff"),
    "first_that_holds": Words("de eerste die geldt", "the first that holds"),
    "largest_remainder": Words("grootste rest", "largest remainder"),
    "next_closing": Words("volgende afsluiting", "next closing"),
}


def amount(cents: int, unit: str = "") -> Words:
    """Write an amount, with its unit when there is one."""
    unit_words = UNITS[unit] if unit else Words("", "")
    return joined(" ", Words(format_euro(cents, "nl"), format_euro(cents, "en")), unit_words)


def mono_tariff(tariff: MonoTariff, unit: str) -> Words:
    """Write a tariff of the old system with its deprived-area column and insurer's codes."""
    parts = [amount(tariff.cents, unit)]
    if tariff.deprived_cents is not None:
        parts.append(joined(" ", DEPRIVED, amount(tariff.deprived_cents)))
    codes = [code for code in (tariff.insurer_code, tariff.deprived_insurer_code) if code]
    if codes:
        text = " / ".join(codes)
        parts.append(joined(" ", CODE, Words(text, text)))
    return joined("; ", *parts)


def quantity(value: int | str, unit: str) -> Words:
    """Write a number with its unit; a code stands alone."""
    return joined(" ", Words(str(value), str(value)), UNITS[unit])


def chosen(value: int | str | bool) -> Words:
    """Write what was chosen; a word the book does not know yet is shown as it stands."""
    if isinstance(value, bool):
        return YES if value else NO
    return CHOICES.get(str(value), Words(str(value), str(value)))


def joined(separator: str, *parts: Words) -> Words:
    """Join texts in both languages, leaving out what is empty."""
    return Words(
        separator.join(part.nl for part in parts if part.nl),
        separator.join(part.en for part in parts if part.en),
    )
