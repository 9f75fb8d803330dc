"""How pages write figures, days and icons, and what stands in the navigation."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ooievaar.kernel.gestation import format_gestation
from ooievaar.kernel.identifiers import mask_bsn
from ooievaar.kernel.money import format_euro
from ooievaar.kernel.period import FAR_DATE
from ooievaar.ui.navigation import NavigationItem, navigation_items

register = template.Library()

NO_BREAK_SPACE = "\u00a0"


def language() -> str:
    """Return the language of this request, `nl` or `en`."""
    return "en" if (get_language() or "nl").startswith("en") else "nl"


@register.filter
def euro(amount_cents: int | None) -> str:
    """Write cents as `€ 1.234,56`; None is `onbekend`."""
    return format_euro(amount_cents, language()).replace(" ", NO_BREAK_SPACE)


@register.filter
def number(count: int | None) -> str:
    """Write a count with the language's thousands separator; None is a dash."""
    if count is None:
        return "–"
    text = f"{count:,}"
    return text if language() == "en" else text.replace(",", ".")


@register.filter
def day(value: date | None) -> str:
    """Write a day as `21-11-2026`; nothing, or the far date, is a dash."""
    return f"{value:%d-%m-%Y}" if value and value != FAR_DATE else "–"


@register.filter
def month_name(month: str) -> str:
    """Write `2026-10` as `oktober 2026`."""
    return date_format(date.fromisoformat(f"{month}-01"), "F Y")


@register.filter
def gestation(days: int | None) -> str:
    """Write days of gestation as `32+4`; None is a dash."""
    return format_gestation(days) if days is not None else "–"


@register.filter
def clock_time(minute: int | None) -> str:
    """Write minutes after midnight as `14:05`; None is nothing."""
    return f"{minute // 60:02d}:{minute % 60:02d}" if minute is not None else ""


@register.filter
def masked_bsn(bsn: str) -> str:
    """Show the last three digits of a BSN only."""
    return mask_bsn(bsn)


@register.filter
def loss(amount_cents: int | None) -> str:
    """Write what breaking cost, in words: below zero it was an advantage, None is `onbekend`."""
    if amount_cents is not None and amount_cents < 0:
        return f"{_('voordeel')} {euro(-amount_cents)}"
    return euro(amount_cents)


@register.filter
def percent(part_ppm: int) -> str:
    """Write parts per million as `3,5 %`."""
    text = f"{part_ppm / 10_000:.4f}".rstrip("0").rstrip(".")
    return f"{text}%" if language() == "en" else f"{text.replace('.', ',')}{NO_BREAK_SPACE}%"


@register.filter
def at(items: Sequence[Any], place: int) -> Any:
    """Return the item at a place."""
    return items[place]


@register.filter
def in_language(entry: Any, field: str) -> str:
    """Return `entry.<field>_nl` or `entry.<field>_en`, whichever this request reads."""
    return str(getattr(entry, f"{field}_{language()}"))


WHOLE = re.compile(r"€ -?[\d.]+,\d\d|\d\d-\d\d-\d{4}|\d\d-\d\d(?=\W)")
"""Amounts and days in a sentence."""


@register.filter
def prose(text: str) -> SafeString:
    """Write a sentence so that no amount or day in it is broken over two lines."""
    parts: list[SafeString] = []
    end = 0
    for found in WHOLE.finditer(text):
        parts.append(conditional_escape(text[end : found.start()]))
        parts.append(format_html('<span class="text-nowrap">{}</span>', found[0]))
        end = found.end()
    parts.append(conditional_escape(text[end:]))
    return SafeString("".join(parts))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; it says nothing, so words must stand beside it."""
    return format_html(
        '<svg class="icon-oo" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("ooievaar/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[NavigationItem]:
    """Return the parts of the house that have a page, in the house's order."""
    request = context.get("request")
    if request is None:
        return navigation_items("")
    return navigation_items(request.path, request.GET.get("netwerk", ""))
