"""Files of others as FHIR STU3 resources, or what is wrong with them, told in Dutch. Pure.

Prevents a file that is no FHIR, is hostile, or means two things from being half understood: sizes
are limited first, no DOCTYPE, no entity and no double key is accepted, and every resource must be
one that `fhir.resources` reads as STU3.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

from fhir.resources.STU3 import get_fhir_model_class
from fhir.resources.STU3.resource import Resource as AnyResource
from lxml import etree
from pydantic import ValidationError

from ooievaar.exchange.fhir.refusals import WHOLE, refusals
from ooievaar.exchange.fhir.resource import Json, Resource
from ooievaar.exchange.kernset_moments import read_moment
from ooievaar.exchange.showing import shown
from ooievaar.kernel.faults import Fault, refusal

LARGEST_FILE_BYTES = 20_000_000
LARGEST_TOTAL_BYTES = 200_000_000
MOST_FILES = 5_000
MOST_RESOURCES = 20_000
DEEPEST = 40
"""A resource of real care nests to ten; XML parsers and validators recurse."""
SUFFIXES = (".xml", ".json")
NAMESPACE = "{http://hl7.org/fhir}"
PLACEHOLDER = re.compile(rb"\$\{DATE, ?T, ?([DWMY]), ?([+-]?)(\d{1,5})\}")
"""A day of the test files of Nictiz: so many days, weeks, months or years from day T."""


@dataclass
class Files:
    """What was read: the resources, the name and hash of each file, and what was wrong."""

    resources: list[Resource] = field(default_factory=list)
    sha256: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_files(paths: Sequence[Path], *, reference_on: date | None = None) -> Files:
    """Read files and the files in folders; `reference_on` is day T of Nictiz' test files."""
    files = Files()
    total = 0
    for path in _found(paths, files):
        try:
            with path.open("rb") as opened:
                content = opened.read(LARGEST_FILE_BYTES + 1)
        except OSError as error:
            files.faults.append(Fault(path.name, None, "", refusal(error), "een leesbaar bestand"))
            continue
        total += len(content)
        if total > LARGEST_TOTAL_BYTES:
            expected = f"ten hoogste {LARGEST_TOTAL_BYTES} bytes tegelijk"
            files.faults.append(Fault(path.name, None, "", "te veel tegelijk", expected))
            break
        read = read_content(path.name, content, reference_on=reference_on)
        if isinstance(read, list):
            files.faults += read
            continue
        sha256, found = read
        files.sha256.append((path.name, sha256))
        files.resources += found
        if len(files.resources) > MOST_RESOURCES:
            expected = f"ten hoogste {MOST_RESOURCES} resources tegelijk"
            files.faults.append(Fault(path.name, None, "", "te veel tegelijk", expected))
            break
    _once(files)
    return files


def read_content(
    name: str, content: bytes, *, reference_on: date | None = None
) -> tuple[str, list[Resource]] | list[Fault]:
    """Return the hash of a file's bytes and its resources, or everything that is wrong with it."""
    if len(content) > LARGEST_FILE_BYTES:
        return [
            Fault(name, None, "", "een groter bestand", f"ten hoogste {LARGEST_FILE_BYTES} bytes")
        ]
    if not content.strip():
        return [Fault(name, None, "", "een leeg bestand", WHOLE)]
    dated = _dated(name, content, reference_on)
    if isinstance(dated, list):
        return dated
    is_json = dated.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    read = _from_json(name, dated) if is_json else _from_xml(name, dated)
    if isinstance(read, list):
        return read
    faults: list[Fault] = []
    resources = list(_resources(name, read, faults))
    return faults or (hashlib.sha256(dated).hexdigest(), resources)


def _found(paths: Iterable[Path], files: Files) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file()
            )
            if not inside:
                expected = "een map met FHIR-bestanden: " + ", ".join(SUFFIXES)
                files.faults.append(Fault(path.name, None, "", "geen enkel zo'n bestand", expected))
            found += inside
        else:
            found.append(path)
        if len(found) > MOST_FILES:
            expected = f"ten hoogste {MOST_FILES} bestanden tegelijk"
            files.faults.append(Fault(path.name, None, "", "te veel tegelijk", expected))
            return []
    return found


def _dated(name: str, content: bytes, reference_on: date | None) -> bytes | list[Fault]:
    """Put days in the place of `${DATE, T, D, -139}`; a fault when there is no day T."""
    faults: list[Fault] = []

    def day(match: re.Match[bytes]) -> bytes:
        row = content.count(b"\n", 0, match.start()) + 1
        text = match[0].decode()
        if reference_on is None:
            expected = "een datum, of dag T met --reference-date"
            faults.append(Fault(name, row, "", shown(text), expected))
            return b""
        unit, sign, count = (part.decode() for part in match.groups())
        moment = read_moment(f"T{sign or '+'}{count}{unit}", reference_on)
        if moment is None:
            faults.append(Fault(name, row, "", shown(text), "een dag die bestaat"))
            return b""
        return moment.day.isoformat().encode()

    dated = PLACEHOLDER.sub(day, content)
    return faults[:1] or dated


def _from_xml(name: str, content: bytes) -> Json | list[Fault]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    no_doctype = Fault(name, 1, "DOCTYPE", "een DOCTYPE", "XML zonder DOCTYPE")
    if b"<!DOCTYPE" in content:
        return [no_doctype]
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        row = getattr(error, "lineno", None) or None
        return [Fault(name, row, "", "iets dat geen heel XML of JSON is", WHOLE)]
    if root.getroottree().docinfo.internalDTD is not None:
        return [no_doctype]  # written in an encoding in which it could not be seen before
    kind = str(root.tag)
    if not kind.startswith(NAMESPACE):
        found = f"het element {shown(kind)}"
        return [Fault(name, 1, "", found, "een FHIR-resource (xmlns http://hl7.org/fhir)")]
    kind = kind.removeprefix(NAMESPACE)
    if _depth(root) > DEEPEST:
        return [Fault(name, None, kind, "elementen in elkaar", f"ten hoogste {DEEPEST} diep")]
    for narrative in root.findall(f"{NAMESPACE}text"):
        root.remove(narrative)
    model = _model(kind)
    if model is None:
        return [_no_kind(name, kind)]
    try:
        read = model.model_validate_xml(etree.tostring(root))
    except ValidationError as error:
        return refusals(name, kind, error)
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
        # The reader of XML in `fhir.resources` stumbles over what the model never gets to see.
        return [Fault(name, None, kind, "elementen die hier niet horen", WHOLE)]
    return _plain(name, kind, read)


def _from_json(name: str, content: bytes) -> Json | list[Fault]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return [Fault(name, None, "", "tekst die geen UTF-8 is", "tekst in UTF-8")]
    try:
        given = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_number, parse_float=Decimal
        )
    except RecursionError:
        return [Fault(name, None, "", "elementen in elkaar", f"ten hoogste {DEEPEST} diep")]
    except json.JSONDecodeError as error:
        return [Fault(name, error.lineno, "", "iets dat geen heel XML of JSON is", WHOLE)]
    except ValueError as error:
        found = "een getal dat te groot is" if "limit" in str(error) else str(error)
        return [Fault(name, None, "", found, WHOLE)]
    if not isinstance(given, dict):
        return [
            Fault(name, 1, "", "een lijst", 'één resource of een Bundle: { "resourceType": ... }')
        ]
    if _json_depth(given) > DEEPEST:
        return [Fault(name, None, "", "elementen in elkaar", f"ten hoogste {DEEPEST} diep")]
    kind = given.get("resourceType")
    model = _model(kind)
    if model is None:
        return [_no_kind(name, "" if kind is None else str(kind))]
    given.pop("text", None)
    try:
        read = model.model_validate(given)
    except ValidationError as error:
        return refusals(name, str(kind), error)
    return _plain(name, str(kind), read)


def _model(kind: Any) -> Any:
    """Return the STU3 model of a kind of resource, or None: there is no such kind."""
    try:
        model = get_fhir_model_class(kind) if isinstance(kind, str) else None
    except (KeyError, ValueError):
        return None
    return model if model is not None and issubclass(model, AnyResource) else None


def _no_kind(name: str, kind: str) -> Fault:
    return Fault(name, None, "resourceType", shown(kind), "een soort resource van FHIR STU3")


def _unique(pairs: list[tuple[str, Any]]) -> Json:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("een sleutel die twee keer voorkomt")
    return read


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant}, geen getal")


def _depth(root: etree._Element) -> int:
    deepest, level = 0, 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        level += 1 if event == "start" else -1
        deepest = max(deepest, level)
    return deepest


def _json_depth(given: Any) -> int:
    depth, level = 0, [given]
    while level and depth <= DEEPEST:
        depth += 1
        level = [
            inner
            for one in level
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, (dict, list))
        ]
    return depth


def _plain(name: str, kind: str, read: Any) -> Json | list[Fault]:
    """The resource in the shape of JSON, numbers as Decimals, days and instants as text."""
    text = read.model_dump_json()
    if "\\u0000" in text:
        return [Fault(name, None, kind, "een teken dat geen tekst is", "tekst")]
    try:
        plain: Json = json.loads(
            text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number
        )
    except ValueError:
        return [Fault(name, None, kind, "een getal dat te groot is", "een getal")]
    return plain


def _resources(name: str, content: Json, faults: list[Fault]) -> Iterable[Resource]:
    """Yield the resources in a file: those of a Bundle, or the one, and what it contains."""
    if content.get("resourceType") != "Bundle":
        yield from _with_contained(name, content, (), faults)
        return
    for number, entry in enumerate(content.get("entry") or (), start=1):
        if not isinstance(entry, dict) or "resource" not in entry:
            faults.append(
                Fault(name, None, f"Bundle.entry[{number}]", "geen resource", "een resource")
            )
            continue
        alias = (str(entry["fullUrl"]),) if entry.get("fullUrl") else ()
        yield from _with_contained(name, entry["resource"], alias, faults)


def _with_contained(
    name: str, content: Json, aliases: tuple[str, ...], faults: list[Fault]
) -> Iterable[Resource]:
    kind, own = str(content.get("resourceType")), str(content.get("id") or "")
    if not own and aliases:
        own = aliases[0].rsplit(":", 1)[-1].rsplit("/", 1)[-1]
    if not own:
        faults.append(Fault(name, None, f"{kind}.id", "niets", "een id, waarmee anderen verwijzen"))
        return
    content.pop("text", None)
    for inner in content.pop("contained", None) or ():
        inner.pop("text", None)
        inner_id = str(inner.get("id") or "")
        alias = (f"#{inner_id}",)
        yield Resource(name, str(inner.get("resourceType")), f"{own}#{inner_id}", inner, alias)
    yield Resource(name, kind, own, content, aliases)


def _once(files: Files) -> None:
    """Keep each resource once; two that say something else under one name are a fault."""
    seen: dict[str, Resource] = {}
    for resource in files.resources:
        before = seen.setdefault(resource.key, resource)
        if before is not resource and before.content != resource.content:
            files.faults.append(
                Fault(resource.file, None, resource.key, f"een andere inhoud dan in {before.file}",
                      "elke resource één keer, of met dezelfde inhoud")
            )  # fmt: skip
    files.resources = list(seen.values())
