"""Reads one YAML file strictly: every key once, no references, and the line of every value."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ooievaar.kernel.faults import Fault, InputRejected

KeyPath = tuple[str | int, ...]
"""Where a value stands in a file: keys and positions from the top."""

NATURAL_KEYS = (
    "short",
    "activity_source",
    "code",
    "regime",
    "product",
    "limit",
    "care",
    "item",
    "choice",
    "element_set",
    "rule",
    "key",
    "kind",
    "group",
)
"""Keys that name an entry of a list, so that a message can say `catalogue[V-INT]`."""

# The C parser reads the catalogue ten times faster; it is absent where libyaml is.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """The content of one file, lists as tuples, with the line (from 1) of every key path."""

    name: str
    content: Any
    lines: dict[KeyPath, int]

    def fault(self, path: KeyPath, found: str, expected: str) -> Fault:
        """Return a fault at a key path; its line is that of the nearest key that is there."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Fault(self.name, self.lines.get(known), self.place(path), found, expected)

    def place(self, path: KeyPath) -> str:
        """Write a key path as people read it: `catalogue[V-INT].mono_item`."""
        text, value = "", self.content
        for step in path:
            value = _step_into(value, step)
            if isinstance(step, str):
                text += f".{step}" if text else step
                continue
            names = value if isinstance(value, dict) else {}
            named = [names[key] for key in NATURAL_KEYS if isinstance(names.get(key), str)]
            text += f"[{named[0] if named else step + 1}]"
        return text


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file; InputRejected names file, line and what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputRejected([Fault(path.name, None, "", "geen bestand", "dit bestand")]) from None
    except (UnicodeDecodeError, OSError):
        fault = Fault(path.name, None, "", "onleesbare tekens", "een leesbaar UTF-8-bestand")
        raise InputRejected([fault]) from None
    return read_yaml_text(path.name, text)


def read_yaml_text(name: str, text: str) -> YamlFile:
    """Read YAML that stands in no file; `name` is what the faults call it."""
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else None
                found = f"een verwijzing *{event.anchor}"
                raise InputRejected([Fault(name, line, "", found, "een eigen waarde")])
        loader = _LOADER(text)
        try:
            node = loader.get_single_node()
            reader = _NodeReader(name, loader)
            content = reader.value(node, ()) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else None
        problem = getattr(error, "problem", None) or "onleesbare tekst"
        raise InputRejected([Fault(name, line, "", problem, "geldige YAML")]) from None
    if reader.faults:
        raise InputRejected(reader.faults)
    return YamlFile(name, content, reader.lines)


class _NodeReader:
    """Turns YAML nodes into values while it notes lines, doubled keys and impossible values."""

    def __init__(self, name: str, loader: Any) -> None:
        self.name = name
        self.loader = loader
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []

    def value(self, node: yaml.Node, path: KeyPath) -> Any:
        """Return the value of a node; lists become tuples, so that what is read is frozen."""
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(item, (*path, i)) for i, item in enumerate(node.value))
        try:
            return self.loader.construct_object(node)
        except (ValueError, yaml.YAMLError):
            self.note(node, path, str(node.value), "een waarde die kan bestaan")
            return None

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        """Return a mapping; a key that stands twice is a fault (YAML itself keeps the last)."""
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in values:
                self.note(key_node, (*path, key), "deze sleutel twee keer", "elke sleutel één keer")
            values[key] = self.value(value_node, (*path, key))
        return values

    def note(self, node: yaml.Node, path: KeyPath, found: str, expected: str) -> None:
        """Keep a fault at the line of a node."""
        place = ".".join(str(step + 1) if isinstance(step, int) else step for step in path)
        self.faults.append(Fault(self.name, node.start_mark.line + 1, place, found, expected))


def _step_into(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, tuple) and step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None
