"""Reads the files of the dictionary, each against its schema, all against each other.

What a region agrees for itself (`OWN_FILES`) may stand in its data folder: a file there is read
instead of the one that comes with the code, whole.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings

from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.record.entries.dictionary import schema
from ooievaar.record.entries.dictionary.book import Dictionary
from ooievaar.record.entries.dictionary.consistency import faults_between
from ooievaar.record.entries.rules import parts
from ooievaar.rulebook.loading import read_models
from ooievaar.rulebook.schema import Dated

FOLDER = Path(__file__).parent.parent / "data"
"""The data that comes with the code."""
OWN_FILES = ("ranges.yaml", "counts_as.yaml", "repeats.yaml")
"""What a region may say for itself: what a number may be, what counts as what, what is double."""


def own_folder() -> Path:
    """Return where a region keeps its own files; it need not be there."""
    return Path(settings.DATA) / "eigen" / "elementen"


def load(folder: Path | None = None) -> Dictionary:
    """Return the dictionary, checked whole; InputRejected carries every fault that was found.

    Without a folder: the data that comes with the code and the region's own, read once per process.
    """
    return _load_default() if folder is None else _load(folder)


def check(folder: Path | None = None, own: Path | None = None) -> list[Fault]:
    """Return everything that is wrong with the files in a folder; nothing when they are sound."""
    try:
        _load(folder or FOLDER, own)
    except InputRejected as rejected:
        return rejected.faults
    return []


@cache
def _load_default() -> Dictionary:
    return _load(FOLDER, own_folder())


def _load(folder: Path, own: Path | None = None) -> Dictionary:
    if not folder.is_dir():
        fault = Fault(folder.name, None, "", "geen map", "een map met het elementenboek")
        raise InputRejected([fault])
    files, models = read_models(folder, schema.FILES)
    if own is not None and own.is_dir():
        present = [name for name in OWN_FILES if (own / name).is_file()]
        by_region = {name: schema.FILES[name] for name in present or OWN_FILES}
        if present or any(own.glob("*.y*ml")):
            own_files, own_models = read_models(own, by_region)
            files, models = files | own_files, models | own_models
    faults = list(faults_between(models, files))
    if faults:
        raise InputRejected(faults)
    return _dictionary(models)


def _dictionary(models: dict[str, Any]) -> Dictionary:
    ranges: dict[str, list[schema.RangeRow]] = defaultdict(list)
    for one in models["ranges"].ranges:
        ranges[one.element].append(one)
    elements: dict[str, list[parts.Element]] = defaultdict(list)
    for name in schema.ELEMENT_FILES:
        for row in models[name.removesuffix(".yaml")].elements:
            elements[row.key].extend(_element_periods(row, ranges.get(row.key, [])))
    forms: dict[str, list[parts.Form]] = defaultdict(list)
    for form in models["forms"].forms:
        forms[form.key].append(_form(form))
    return Dictionary(
        sections=tuple(
            parts.Section(row.section, row.name_nl, row.name_en) for row in models["forms"].sections
        ),
        elements_by_key={key: tuple(rows) for key, rows in elements.items()},
        forms_by_key={key: tuple(rows) for key, rows in forms.items()},
        count_rows=tuple(map(_count_row, models["counts_as"].counts_as)),
        repeat_windows=tuple(map(_repeat_window, models["repeats"].repeats)),
        due_methods=tuple(
            parts.DueMethod(row.method, row.rank, row.precision_days, **_dated(row))
            for row in models["due_dates"].methods
        ),
        dating_formulas=tuple(
            parts.DatingFormula(
                row.measure, row.from_mm, row.until_mm, _terms(row.days), **_dated(row)
            )
            for row in models["due_dates"].dating
        ),
        growth_formulas=tuple(map(_growth, models["growth"].growth)),
        choices={row.choice: row.value for row in models["choices"].choices},
        source_titles={row.short: row.title for row in models["sources"].sources},
    )


def _element_periods(
    row: schema.ElementRow, ranges: list[schema.RangeRow]
) -> Iterator[parts.Element]:
    """Yield an element once for each period in which it and its range stay the same."""
    until = row.valid_until or FAR_DATE
    days = {row.valid_from, until}
    for one in ranges:
        days |= {one.valid_from, one.valid_until or FAR_DATE}
    ordered = sorted(day for day in days if row.valid_from <= day <= until)
    for start, end in pairwise(ordered):
        yield _element(row, next((one for one in ranges if _holds(one, start)), None), start, end)


def _element(
    row: schema.ElementRow, limits: schema.RangeRow | None, start: date, end: date
) -> parts.Element:
    return parts.Element(
        key=row.key,
        name_nl=row.name_nl,
        name_en=row.name_en,
        kind=row.kind,
        scope=row.scope,
        unit=row.unit,
        decimals=row.decimals,
        plausible=_range(limits.plausible) if limits else None,
        possible=_range(limits.possible) if limits else None,
        choices=tuple(
            parts.Choice(one.code, one.name_nl, one.name_en, one.system, one.system_code)
            for one in row.choices
        ),
        pwd=row.pwd,
        kernset=row.kernset,
        system=row.system,
        system_code=row.system_code,
        sets=frozenset(row.sets),
        valid_from=start,
        valid_until=end,
        source=row.source,
        verified=row.verified,
        range_source=limits.source if limits else "",
        range_verified=limits.verified if limits else False,
    )


def _form(row: schema.FormRow) -> parts.Form:
    groups = tuple(
        parts.Group(
            group.name_nl,
            group.name_en,
            group.about,
            tuple(parts.Field(key, key in group.required) for key in group.elements),
        )
        for group in row.groups
    )
    about = next((group.about for group in groups if group.about != "woman"), "woman")
    return parts.Form(
        key=row.key,
        name_nl=row.name_nl,
        name_en=row.name_en,
        section=row.section,
        roles=frozenset(row.roles),
        about=about,
        is_contact=row.is_contact,
        can_have_more=row.can_have_more,
        groups=groups,
        valid_from=row.valid_from,
        valid_until=row.valid_until or FAR_DATE,
    )


def _count_row(row: schema.CountsAsRow) -> parts.CountRow:
    return parts.CountRow(
        key=row.key,
        form=row.form,
        disciplines=frozenset(row.disciplines),
        code=row.act,
        when=tuple(map(_condition, row.when)),
        sentence_nl=row.sentence_nl,
        sentence_en=row.sentence_en,
        specialism=row.specialism,
        quantity_from=row.quantity_from,
        duration_from=row.duration_from,
        child_from=row.child_from,
        **_dated(row),
    )


def _repeat_window(row: schema.RepeatRow) -> parts.RepeatWindow:
    return parts.RepeatWindow(
        key=row.key,
        name_nl=row.name_nl,
        name_en=row.name_en,
        form=row.form,
        when=tuple(map(_condition, row.when)),
        window_days=row.window_days,
        **_dated(row),
    )


def _growth(row: schema.GrowthRow) -> parts.GrowthFormula:
    return parts.GrowthFormula(
        measure=row.measure,
        name_nl=row.name_nl,
        name_en=row.name_en,
        unit=row.unit,
        from_days=row.from_days,
        until_days=row.until_days,
        mean=_terms(row.mean),
        sd=_terms(row.sd),
        sd_is_log=row.sd_is_log,
        skew=_terms(row.skew),
        **_dated(row),
    )


def _condition(row: schema.ConditionRow) -> parts.Condition:
    return parts.Condition(
        row.elements, row.one_of, row.none_of, row.at_least, row.fewer_than, row.example
    )


def _terms(rows: Iterable[schema.TermRow]) -> tuple[parts.Term, ...]:
    return tuple(
        parts.Term(float(row.coefficient), float(row.power), row.log_power, float(row.scale))
        for row in rows
    )


def _dated(row: Dated) -> dict[str, Any]:
    return {
        "valid_from": row.valid_from,
        "valid_until": row.valid_until or FAR_DATE,
        "source": row.source,
        "verified": row.verified,
    }


def _holds(row: Dated, day: date) -> bool:
    return row.valid_from <= day < (row.valid_until or FAR_DATE)


def _range(ends: tuple[schema.Number, schema.Number]) -> parts.Range:
    return Decimal(str(ends[0])), Decimal(str(ends[1]))
