"""The English of the pages: which texts there are, and the catalogue that Django reads.

`python -m tools.messages` compiles `django.po` to `django.mo` (needs nothing but Python).
`python -m tools.messages --update` first brings `django.po` in line with the code: a text that is
new comes in without English, one that is gone leaves.
"""

import ast
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.template.base import Node, NodeList

ROOT = Path(__file__).resolve().parent.parent
CODE = ROOT / "src" / "ooievaar"
CATALOGUE = CODE / "locale" / "en" / "LC_MESSAGES" / "django.po"
HEADER = (
    "Language: en\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)
FUNCTIONS = {
    "_": ("singular",),
    "gettext": ("singular",),
    "gettext_lazy": ("singular",),
    "gettext_noop": ("singular",),
    "ngettext": ("singular", "plural"),
    "ngettext_lazy": ("singular", "plural"),
    "pgettext": ("context", "singular"),
    "pgettext_lazy": ("context", "singular"),
}


@dataclass(frozen=True, order=True, slots=True)
class Message:
    """A text of the pages in Dutch; `context` tells equal texts with different meanings apart."""

    singular: str
    plural: str = ""
    context: str = ""


Translations = dict[Message, tuple[str, ...]]


def used_messages() -> set[Message]:
    """Return every text that a module or a template of ours asks a translation for."""
    found: set[Message] = set()
    for path in sorted(CODE.rglob("*.py")):
        if "tests" not in path.parts:
            found.update(_in_python(path.read_text("utf-8")))
    for path in sorted(CODE.rglob("*.html")):
        found.update(_in_template(path.read_text("utf-8")))
    return found


def _in_python(source: str) -> Iterator[Message]:
    if "django.utils.translation" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        names = FUNCTIONS.get(node.func.id, ())
        texts = [
            arg.value
            for arg in node.args[: len(names)]
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        ]
        if names and len(texts) == len(names):
            yield Message(**dict(zip(names, texts, strict=True)))


def _in_template(source: str) -> Iterator[Message]:
    from django.template import Template
    from django.template.base import Variable
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for node in _every_node(Template(source).nodelist):
        if isinstance(node, TranslateNode):
            text = node.filter_expression.var
            if isinstance(text, Variable) and isinstance(text.literal, str):
                yield Message(text.literal)
        elif isinstance(node, BlockTranslateNode):
            singular, _names = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else ""
            yield Message(singular, plural)


def _every_node(nodes: "NodeList") -> "Iterator[Node]":
    """Yield every node of a template, those inside blocks of our own tags too.

    Django's own walk passes by what a simple block tag holds.
    """
    from django.template.base import Node, NodeList

    for node in nodes.get_nodes_by_type(Node):
        yield node
        known = {id(getattr(node, name, None)) for name in node.child_nodelists}
        for value in vars(node).values():
            if isinstance(value, NodeList) and id(value) not in known:
                yield from _every_node(value)


def read_catalogue(path: Path = CATALOGUE) -> Translations:
    """Read a catalogue as `write_catalogue` writes it: no comments that matter, UTF-8."""
    messages: Translations = {}
    for block in path.read_text("utf-8").split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)
                fields[name] = ""
            fields[name] += ast.literal_eval(line)
        if not fields.get("msgid"):
            continue
        message = Message(
            fields["msgid"], fields.get("msgid_plural", ""), fields.get("msgctxt", "")
        )
        english = ("msgstr[0]", "msgstr[1]") if message.plural else ("msgstr",)
        messages[message] = tuple(fields[key] for key in english)
    return messages


def write_catalogue(messages: Translations, path: Path = CATALOGUE) -> None:
    """Write a catalogue, sorted, one blank line between its texts."""
    blocks = [
        'msgid ""\nmsgstr ""\n' + "\n".join(_quoted(line) for line in HEADER.splitlines(True))
    ]
    for message, english in sorted(messages.items()):
        lines = [f"msgctxt {_quoted(message.context)}"] if message.context else []
        lines.append(f"msgid {_quoted(message.singular)}")
        if message.plural:
            lines.append(f"msgid_plural {_quoted(message.plural)}")
            lines += [f"msgstr[{n}] {_quoted(text)}" for n, text in enumerate(english)]
        else:
            lines.append(f"msgstr {_quoted(english[0])}")
        blocks.append("\n".join(lines))
    path.write_text("\n\n".join(blocks) + "\n", "utf-8")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def compiled(messages: Translations) -> bytes:
    """Return a catalogue in the binary form of gettext; texts without English are left out."""
    pairs = {"": HEADER}
    for message, english in messages.items():
        if not all(english):
            continue
        key = f"{message.context}\x04{message.singular}" if message.context else message.singular
        pairs[f"{key}\0{message.plural}" if message.plural else key] = "\0".join(english)
    texts = [(key.encode(), pairs[key].encode()) for key in sorted(pairs, key=str.encode)]
    first = 7 * 4 + 16 * len(texts)
    tables: list[list[int]] = [[], []]
    body = b""
    for side, table in enumerate(tables):
        for pair in texts:
            table += [len(pair[side]), first + len(body)]
            body += pair[side] + b"\0"
    numbers = tables[0] + tables[1]
    head = (0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, 0)
    return struct.pack(f"<7I{len(numbers)}I", *head, *numbers) + body


def main() -> int:
    """Compile the catalogue, after bringing it in line with the code when that is asked."""
    messages = read_catalogue() if CATALOGUE.exists() else {}
    if "--update" in sys.argv[1:]:
        import os

        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ooievaar.settings")
        django.setup()
        messages = {
            message: messages.get(message, ("", "") if message.plural else ("",))
            for message in used_messages()
        }
        write_catalogue(messages)
        missing = [message.singular for message, english in messages.items() if not all(english)]
        print(f"{len(messages)} teksten, {len(missing)} zonder Engels")
    CATALOGUE.with_suffix(".mo").write_bytes(compiled(messages))
    return 0


if __name__ == "__main__":
    sys.exit(main())
