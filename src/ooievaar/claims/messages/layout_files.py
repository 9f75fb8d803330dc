"""Reads the layouts that come with the code: our own form, one line of text per field.

A file names the ones it is based on; of each record, its own fields replace theirs from the first
position it gives. So a standard says only what sets it apart, and every layout is checked whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ooievaar.claims.messages.layout import (
    Field,
    Kind,
    Layout,
    Obligation,
    RecordLayout,
    layout_faults,
)
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.rulebook.yaml_source import read_yaml

FOLDER = Path(__file__).parent / "data" / "layouts"

_FIELD_FORM = "nummer posities soort verplichting element codelijst ... | naam | voorwaarde"


def load_folder(folder: Path) -> Mapping[str, Layout]:
    """Every layout of a folder by key; InputRejected carries what is wrong with them."""
    sources = {
        path.stem: path for path in sorted([*folder.glob("*.yaml"), *folder.glob("parts/*.yaml")])
    }
    read: dict[str, dict[str, Any]] = {}
    for name, path in sources.items():
        read[name] = dict(read_yaml(path).content)
    layouts: dict[str, Layout] = {}
    faults: list[Fault] = []
    for name, content in read.items():
        if "standard" not in content:
            continue
        file = sources[name].name
        try:
            layout = _layout(content, _records(name, read, file))
        except InputRejected as rejected:
            faults += rejected.faults
            continue
        faults += [
            Fault(
                file, None, f"{one.record_code} {one.field_number}".strip(), one.found, one.expected
            )
            for one in layout_faults(layout)
        ]
        if layout.key != name:
            faults.append(
                Fault(file, None, "standard", layout.key, f"de naam van het bestand: {name}")
            )
        layouts[layout.key] = layout
    if faults:
        raise InputRejected(faults)
    return layouts


def _layout(content: Mapping[str, Any], records: Mapping[str, RecordLayout]) -> Layout:
    codes = tuple(content["message_codes"])
    length, version, subversion = (
        content["record_length"],
        content["version"],
        content["subversion"],
    )
    told = {"COD002": codes[0] if len(codes) == 1 else "", "NUM001": f"{version:02d}"}
    told["NUM309"] = f"{subversion:02d}"
    return Layout(
        standard=content["standard"],
        version=version,
        subversion=subversion,
        direction=content["direction"],
        message_codes=codes,
        record_length=length,
        records={
            code: with_fixed_values(replace(record, length=length), told)
            for code, record in records.items()
        },
        source=content["source"],
        answers=content.get("answers", ""),
        notes=tuple(content.get("notes", ())),
    )


def with_fixed_values(record: RecordLayout, header: Mapping[str, str]) -> RecordLayout:
    """The record with what its first field, and a header its message and version, must be."""
    told = {"COD001": record.code, **(header if record.code == "01" else {})}
    return replace(
        record,
        fields=tuple(
            replace(one, fixed=told[one.element]) if told.get(one.element) else one
            for one in record.fields
        ),
    )


def _records(
    name: str, read: Mapping[str, Mapping[str, Any]], file: str
) -> dict[str, RecordLayout]:
    records: dict[str, RecordLayout] = {}
    for base in read[name].get("based_on", ()):
        if base not in read:
            raise InputRejected([Fault(file, None, "based_on", base, "een bestand dat er is")])
        records = _over(records, _records(base, read, file).values())
    own = []
    for record in read[name].get("records", ()):
        fields = tuple(_field(line, file) for line in record["fields"].strip().splitlines())
        own.append(
            RecordLayout(
                record["code"],
                record["name"],
                fields[-1].end,
                fields,
                record.get("provisional_from"),
            )
        )
    return _over(records, own)


def _over(base: Mapping[str, RecordLayout], own: Iterable[RecordLayout]) -> dict[str, RecordLayout]:
    records = dict(base)
    for record in own:
        under = base.get(record.code)
        if under is None:
            records[record.code] = record
            continue
        start = record.fields[0].start
        kept = tuple(one for one in under.fields if one.start < start)
        firsts = [one for one in (under.provisional_from, record.provisional_from) if one]
        records[record.code] = replace(
            record, fields=kept + record.fields, provisional_from=min(firsts, default=None)
        )
    return records


def _field(line: str, file: str) -> Field:
    """`0114 65-72 N M DAT043 - EEJJMMDD | Begindatum declaratieperiode | voorwaarde`."""
    words, *texts = (part.strip() for part in line.split("|"))
    try:
        number, positions, kind, obligation, element, codelist, *more = words.split()
        first, last = (int(part) for part in positions.split("-"))
        name = texts[0]
    except (ValueError, IndexError):
        raise InputRejected([Fault(file, None, "fields", line.strip(), _FIELD_FORM)]) from None
    told = {"=": "", "~": "", "": ""}
    for word in more:
        mark = word[0] if word[0] in "=~" else ""
        told[mark] = word.removeprefix(mark)
    return Field(
        number=number,
        name=name,
        kind=cast(Kind, kind),
        start=first,
        length=last - first + 1,
        obligation=cast(Obligation, obligation),
        element="" if element == "-" else element,
        codelist="" if codelist == "-" else codelist,
        pattern=told[""],
        fixed=told["="],
        default=told["~"],
        condition=texts[1] if len(texts) > 1 else "",
    )
