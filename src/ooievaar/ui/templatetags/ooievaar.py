"""How pages write figures, days and icons, and what stands in the navigation."""

import re
from collections.abc import Sequence
from datetime import date
from textwrap import dedent
from typing import Any

from django import forms, template
from django.template.base import TokenType
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
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


CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    # Django gives the class of a group to the box around it as well.
    (forms.RadioSelect, ""),
    (forms.CheckboxSelectMultiple, ""),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)
"""The look of a field, by the first kind of widget that it is."""


@register.filter
def dressed(field: forms.BoundField) -> SafeString:
    """Draw a field in our look; a browser keeps nothing typed in it, unless the form says what."""
    widget = field.field.widget
    look = next(name for kind, name in CLASSES if isinstance(widget, kind))
    attrs: dict[str, str | bool] = {}
    if look:
        attrs["class"] = f"{widget.attrs.get('class', '')} {look}".strip()
    if look == "form-control" and "autocomplete" not in widget.attrs:
        attrs["autocomplete"] = "off"
    return field.as_widget(attrs=attrs)


@register.filter
def is_tick(field: forms.BoundField) -> bool:
    """Tell whether a field is one tick box, whose words stand behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def first_id(field: forms.BoundField) -> str:
    """Return the id of what gets the focus when an error's link is followed."""
    if field.id_for_label:
        return str(field.id_for_label)
    parts = field.subwidgets
    return str(parts[0].id_for_label or field.auto_id) if parts else str(field.auto_id)


@register.simple_block_tag(takes_context=True, end_name="end_help_panel")
def help_panel(context: template.Context, content: str, title: str = "") -> SafeString:
    """Fold the help of a page under its question: `{% help_panel %}…{% end_help_panel %}`."""
    inside = {"content": content, "title": title or _("Wat staat hier?")}
    return SafeString(render_to_string("ooievaar/help.html", inside))


class Piece(template.Node):
    """A piece of a page, live, with the code that made it beside it."""

    def __init__(self, heading: str, source: str, nodes: template.NodeList) -> None:
        self.heading, self.source, self.nodes = heading, source, nodes

    def render(self, context: template.Context) -> SafeString:
        """Draw the piece and, escaped, what stands in the template for it."""
        inside = {
            "heading": self.heading,
            "anchor": slugify(self.heading),
            "live": self.nodes.render(context),
            "source": self.source,
        }
        return SafeString(render_to_string("ooievaar/piece.html", inside))


@register.tag
def piece(parser: Any, token: Any) -> Piece:
    """Show a component as it looks and as it is written: `{% piece "Knoppen" %}…{% end_piece %}`.

    What is shown is what was run, so that an example cannot fall behind.
    """
    heading = token.split_contents()[1].strip("\"'")
    written = []
    # Django keeps the words still to be read last first.
    for following in reversed(parser.tokens):
        if following.contents == "end_piece":
            break
        written.append(AS_WRITTEN[following.token_type].format(following.contents))
    nodes = parser.parse(("end_piece",))
    parser.delete_first_token()
    return Piece(heading, dedent("".join(written)).strip(), nodes)


AS_WRITTEN = {
    TokenType.TEXT: "{}",
    TokenType.VAR: "{{{{ {} }}}}",
    TokenType.BLOCK: "{{% {} %}}",
    TokenType.COMMENT: "{{# {} #}}",
}


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> list[NavigationItem]:
    """Return the parts of the house that open for whoever asks, in the house's order."""
    request = context.get("request")
    return navigation_items(request) if request is not None else []
