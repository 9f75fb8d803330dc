"""What people call the keys of pathways and shifts. An unknown key is shown as it is."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Discipline
from ooievaar.pathways.rules.shift import Flag, Reason

Words = Mapping[Any, str | Promise]

DISCIPLINES: Words = {one.value: one.label for one in Discipline} | {
    "clinical_midwives": _("Klinisch verloskundigen"),
    "nurses": _("Verpleegkundigen"),
    "paediatrics": _("Kinderartsen"),
    "anaesthesia": _("Anesthesie"),
    "laboratory": _("Laboratorium"),
    "gp": _("Huisartsen"),
    "ambulance": _("Ambulance"),
    "youth": _("Jeugdgezondheidszorg"),
}
LINES: Words = {
    "community": _("Nulde lijn"),
    "primary": _("Eerste lijn"),
    "secondary": _("Tweede lijn"),
    "tertiary": _("Derde lijn"),
}
KINDS: Words = {
    "base": _("Basis"),
    "addition": _("Aanvulling"),
    "replacement": _("Vervangt een ander"),
}
STATUSES: Words = {
    "upcoming": _("komt nog"),
    "due": _("nu aan de beurt"),
    "overdue": _("te laat"),
    "done": _("gedaan"),
    "skipped": _("overgeslagen"),
}
FLAGS: Words = {
    Flag.NOTHING_REMOVED: _(
        "Er komt werk bij in de ene lijn, en in geen andere gaat er iets af. Zo liep een eerdere "
        "zorgverschuiving in Nederland stuk: maak eerst afspraken over wat er vervalt."
    ),
    Flag.LITTLE_REMOVED: _(
        "Er komt veel meer werk bij dan er elders af gaat. Klopt dat, en wie betaalt het verschil?"
    ),
    Flag.EFFORT_UNKNOWN: _(
        "Van een of meer activiteiten zegt het zorgpad niet hoeveel tijd zij kosten. Zij tellen "
        "hieronder als nul."
    ),
    Flag.ABILITY_UNKNOWN: _(
        "Van nieuw werk zegt het zorgpad niet wat iemand daarvoor moet kunnen en mogen."
    ),
    Flag.NO_WOMEN: _("Zonder aantal vrouwen per jaar is over uren niets te zeggen."),
}
FLAG_NAMES: Words = {
    Flag.NOTHING_REMOVED: _("Werk erbij, nergens eraf"),
    Flag.LITTLE_REMOVED: _("Meer erbij dan eraf"),
    Flag.EFFORT_UNKNOWN: _("Tijd onbekend"),
    Flag.ABILITY_UNKNOWN: _("Bekwaamheid onbekend"),
    Flag.NO_WOMEN: _("Aantal onbekend"),
}
REASONS: Words = {
    Reason.UNBALANCED: _("het werk wordt niet verplaatst maar toegevoegd"),
    Reason.UNKNOWN: _("niet van alles is bekend hoeveel werk het is"),
    Reason.HOURS: _("een lijn krijgt of verliest veel uren"),
    Reason.WOMEN: _("het betreft veel vrouwen"),
}


def said(names: Words, key: Any) -> str:
    """Return what people call a key; the key itself when nobody named it."""
    return str(names.get(key, key))


def who(discipline: str, line: str) -> str:
    """Name who acts: `Verloskundigen, eerste lijn`."""
    name, where = said(DISCIPLINES, discipline), said(LINES, line)
    return f"{name}, {where[:1].lower()}{where[1:]}"


def hours(minutes: int, *, signed: bool = False) -> str:
    """Write minutes as whole hours, to the nearest; `signed` with + or −."""
    whole = (abs(minutes) + 30) // 60
    sign = (
        ("+" if minutes > 0 else "−") if signed and whole else ("−" if minutes < 0 < whole else "")
    )
    text = f"{whole:,}".replace(",", ".")
    return _now("%(sign)s%(hours)s uur") % {"sign": sign, "hours": text}
