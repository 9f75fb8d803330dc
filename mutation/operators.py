"""Which small faults there are: each node of the syntax tree gives texts that could stand there.

A fault is one that a person could make and that still runs: a boundary, a forgotten condition, the
other join. Not changed are docstrings, annotations, decorators, texts for people, casts (how wide
a number is stored) and the names of columns (a wrong one fails at once and proves nothing).
"""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

COMPARED = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
}
CALCULATED = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "+",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.LShift: ">>",
    ast.RShift: "<<",
}
BRACKETS: dict[type, tuple[str, str]] = {ast.List: ("[", "]"), ast.Set: ("{", "}")}
EITHER = {ast.And: "or", ast.Or: "and"}
OTHER_NAME = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "argmin": "argmax",
    "argmax": "argmin",
    "least": "greatest",
    "greatest": "least",
    "isnull": "notnull",
    "notnull": "isnull",
    "semi_join": "anti_join",
    "anti_join": "semi_join",
    "left_join": "inner_join",
    "desc": "asc",
    "asc": "desc",
    "lead": "lag",
    "sum": "max",
    "isin": "notin",
    "row_number": "dense_rank",
    "startswith": "endswith",
}
DROPPED_CALLS = {"filter", "distinct", "abs", "fill_null", "sort", "sign", "removesuffix"}
"""Methods that leave what they are called on, were they forgotten."""
DROPPED_WRAPS = {"yes", "abs", "sorted", "int64", "set", "reversed"}
"""Functions that leave their first argument."""
DROPPED_KEYWORDS = {"key", "default", "order_by", "group_by", "distinct", "where", "reverse"}
DROPPED_ARGUMENTS = {"cases", "coalesce", "least", "greatest", "union", "filter", "min", "max"}
OF_COLUMNS = set(
    "select drop join left_join semi_join anti_join group_by rename union view name cast date "
    "delta truncate as_interval interval strftime agg aggregate window Stage null "
    "split_largest_remainder mutate drop_null getattr order_by order_join as_scalar TypeVar".split()
)
"""Calls whose plain strings are names of columns, types or units, not values."""
TYPES = {"int64", "int32", "int8", "string", "date", "boolean", "timestamp"}
WORD = re.compile(r"[a-z0-9_]+|[A-Z0-9-]+|\*")
TEXT_CALLS = {"Finding", "TypeVar"}


class Edit(NamedTuple):
    """Bytes `[start, end)` become `text`."""

    start: int
    end: int
    text: str
    operator: str
    line: int


def edits(tree: ast.Module, source: bytes) -> Iterator[Edit]:
    """Yield every fault that a file can have."""
    yield from _Faults(tree, source).of_body(tree.body)


class _Faults:
    def __init__(self, tree: ast.Module, source: bytes) -> None:
        self.source = source
        self.lines = [0]
        for line in source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))
        self.is_ibis = b"ibis" in source
        self.values = {
            name.id
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and _called(call) in {"isin", "enumerate"}
            for name in call.args
            if isinstance(name, ast.Name)
        }

    # where things stand

    def at(self, node: ast.AST) -> tuple[int, int]:
        start = self.lines[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = self.lines[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return start, end

    def text(self, node: ast.AST) -> str:
        start, end = self.at(node)
        return self.source[start:end].decode()

    def put(self, node: ast.AST, text: str, operator: str) -> Edit:
        start, end = self.at(node)
        return Edit(start, end, text, operator, node.lineno)  # type: ignore[attr-defined]

    # statements

    def of_body(self, body: list[ast.stmt], returns: str = "") -> Iterator[Edit]:
        for node in body:
            yield from self.of_statement(node, returns)

    def of_statement(self, node: ast.stmt, returns: str) -> Iterator[Edit]:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Pass():
                return
            case ast.FunctionDef():
                for default in [*node.args.defaults, *node.args.kw_defaults]:
                    if default is not None:
                        yield from self.of(default, ())
                yield from self.of_body(node.body, _returned(node, self))
            case ast.ClassDef():
                yield from self.of_body(node.body)
            case ast.If():
                if "TYPE_CHECKING" in self.text(node.test):
                    return
                yield from self.of_condition(node.test)
                yield from self.of_body(node.body, returns)
                yield from self.of_body(node.orelse, returns)
            case ast.While():
                yield from self.of_condition(node.test)
                yield from self.of_body(node.body, returns)
            case ast.For():
                yield from self.of(node.iter, (node,))
                yield from self.of_body(node.body, returns)
            case ast.With() | ast.Try():
                yield from self.of_body(node.body, returns)
            case ast.Match():
                for one in node.cases:
                    for pattern in ast.walk(one.pattern):
                        if isinstance(pattern, ast.MatchValue):
                            yield from self.of(pattern.value, ())
                    yield from self.of_body(one.body, returns)
            case ast.Return():
                if node.value is not None:
                    yield from self.of(node.value, (node,))
                    if returns == "value" and not _is_none(node.value):
                        yield self.put(node, "return None", "return-none")
                else:
                    yield self.put(node, "pass", "dropped-statement")
            case ast.Continue() | ast.Break():
                yield self.put(node, "pass", "dropped-statement")
            case ast.AugAssign():
                yield from self.of(node.value, (node,))
                yield self.put(node, "pass", "dropped-statement")
                if type(node.op) in CALCULATED:
                    other = f"{self.text(node.target)} {CALCULATED[type(node.op)]}= "
                    yield self.put(node, other + self.text(node.value), "arithmetic")
            case ast.Expr():
                if isinstance(node.value, ast.Constant):
                    return
                if isinstance(node.value, (ast.Yield, ast.YieldFrom)):
                    if node.value.value is not None:
                        yield from self.of(node.value.value, (node,))
                        keep = "yield from ()" if returns == "lone" else "pass"
                        yield self.put(node, keep, "dropped-statement")
                    return
                yield from self.of(node.value, (node,))
                yield self.put(node, "pass", "dropped-statement")
            case ast.Assign() | ast.AnnAssign():
                if node.value is None or self.is_declaration(node):
                    return
                yield from self.of(node.value, (node,))

    def is_declaration(self, node: ast.Assign | ast.AnnAssign) -> bool:
        """Tell whether an assignment names types or stages; there is nothing to decide in it."""
        text = self.text(node.value) if node.value else ""
        return text.startswith(("Literal", "TypeVar", "tuple[", "dict[")) or "Stage(" in text

    def of_condition(self, test: ast.expr) -> Iterator[Edit]:
        yield from self.of(test, ())
        lone = isinstance(test, ast.Compare) and len(test.ops) == 1
        if not lone and not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
            yield self.put(test, f"(not ({self.text(test)}))", "negated")

    # expressions

    def of(self, node: ast.AST, above: tuple[ast.AST, ...]) -> Iterator[Edit]:
        """Yield the faults of an expression and of all in it; `above` is what it stands in."""
        yield from self.own(node, above)
        if isinstance(node, ast.JoinedStr):
            return
        if isinstance(node, ast.Subscript):
            yield from self.of(node.value, (*above, node))
            if not isinstance(node.slice, ast.Constant) or isinstance(node.slice.value, int):
                yield from self.of(node.slice, (*above, node))
            return
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.expr_context, ast.operator, ast.cmpop, ast.arguments)):
                yield from self.of(child, (*above, node))

    def own(self, node: ast.AST, above: tuple[ast.AST, ...]) -> Iterator[Edit]:
        match node:
            case ast.Compare() if len(node.ops) == 1:
                yield from self.of_comparison(node)
            case ast.BoolOp():
                values = [f"({self.text(value)})" for value in node.values]
                word = "and" if isinstance(node.op, ast.And) else "or"
                yield self.put(node, f"({f' {EITHER[type(node.op)]} '.join(values)})", "and-or")
                for gone in range(len(values)):
                    left = values[:gone] + values[gone + 1 :]
                    yield self.put(node, f"({f' {word} '.join(left)})", "dropped-condition")
            case ast.BinOp() if type(node.op) in CALCULATED:
                yield from self.of_calculation(node)
            case ast.UnaryOp(op=ast.Not() | ast.Invert()):
                yield self.put(node, f"({self.text(node.operand)})", "dropped-not")
            case ast.UnaryOp(op=ast.USub()) if not isinstance(node.operand, ast.Constant):
                yield self.put(node, f"({self.text(node.operand)})", "dropped-minus")
            case ast.IfExp():
                lone = isinstance(node.test, ast.Compare) and len(node.test.ops) == 1
                if not lone:
                    yield self.put(node.test, f"(not ({self.text(node.test)}))", "negated")
            case ast.comprehension():
                for test in node.ifs:
                    yield self.put(test, "True", "dropped-condition")
            case ast.Constant():
                yield from self.of_constant(node, above)
            case ast.Call():
                yield from self.of_call(node)
            case ast.List() | ast.Tuple() | ast.Set():
                yield from self.of_elements(node, above)
            case ast.Dict():
                yield from self.of_entries(node, above)

    def of_comparison(self, node: ast.Compare) -> Iterator[Edit]:
        left, right = self.text(node.left), self.text(node.comparators[0])
        for other in COMPARED.get(type(node.ops[0]), ()):
            operator = "boundary" if other.rstrip("=") in self.between(node) else "comparison"
            yield self.put(node, f"(({left}) {other} ({right}))", operator)

    def between(self, node: ast.Compare) -> str:
        """Return the sign of an order: `<` and `<=` differ at the boundary only."""
        signs = {ast.Lt: "<", ast.LtE: "<", ast.Gt: ">", ast.GtE: ">"}
        return signs.get(type(node.ops[0]), "none")

    def of_calculation(self, node: ast.BinOp) -> Iterator[Edit]:
        left, right = f"({self.text(node.left)})", f"({self.text(node.right)})"
        is_choice = isinstance(node.op, ast.BitAnd | ast.BitOr)
        kind = "and-or" if is_choice else "arithmetic"
        yield self.put(node, f"({left} {CALCULATED[type(node.op)]} {right})", kind)
        if is_choice:
            yield self.put(node, left, "dropped-condition")
            yield self.put(node, right, "dropped-condition")

    def of_constant(self, node: ast.Constant, above: tuple[ast.AST, ...]) -> Iterator[Edit]:
        value = node.value
        if isinstance(value, bool):
            yield self.put(node, str(not value), "flag")
        elif isinstance(value, int):
            yield self.put(node, f"({value + 1})", "one-more")
            yield self.put(node, f"({value - 1})", "one-less")
        elif isinstance(value, str) and self.is_value(value, node, above):
            yield self.put(node, repr(value + "_"), "word")

    def is_value(self, value: str, node: ast.Constant, above: tuple[ast.AST, ...]) -> bool:
        """Tell whether a string is something that the rules say, no text and no column."""
        if not WORD.fullmatch(value) or value in TYPES:
            return False
        for child, parent in zip([node, *above[::-1]], above[::-1], strict=False):
            if isinstance(parent, ast.Call):
                name = _called(parent)
                if name in TEXT_CALLS:
                    return child is parent.args[0]
                return name not in OF_COLUMNS
            if isinstance(parent, ast.Compare):
                return True
            if isinstance(parent, ast.comprehension) and self.is_ibis:
                return False
            if isinstance(parent, ast.Dict) and child in parent.keys:
                return False
            if isinstance(parent, ast.For) and self.is_ibis:
                return False
            if isinstance(parent, ast.Assign) and isinstance(child, ast.Tuple | ast.List):
                if not self.is_ibis:
                    return True
                names = {one.id for one in parent.targets if isinstance(one, ast.Name)}
                return bool(names & self.values)
        return True

    def of_call(self, node: ast.Call) -> Iterator[Edit]:
        name = _called(node)
        if name in OTHER_NAME and self.can_swap(node, name):
            start, end = self.at(node.func)
            other = OTHER_NAME[name].encode()
            whole = self.source[start:end][: -len(name.encode())] + other
            yield Edit(start, end, whole.decode(), "other-call", node.func.end_lineno or 0)
        if isinstance(node.func, ast.Attribute) and name in DROPPED_CALLS:
            yield self.put(node, f"({self.text(node.func.value)})", "dropped-call")
        if isinstance(node.func, ast.Name) and name in DROPPED_WRAPS and node.args:
            kept = f"list({self.text(node.args[0])})" if name == "sorted" else None
            yield self.put(node, kept or f"({self.text(node.args[0])})", "dropped-call")
        for keyword in node.keywords:
            if keyword.arg in DROPPED_KEYWORDS:
                yield self.without(node, keyword, "dropped-keyword")
        if name == "ifelse" and len(node.args) == 3:
            test, one, other_one = (self.text(arg) for arg in node.args)
            swapped = f"{self.text(node.func)}({test}, {other_one}, {one})"
            yield self.put(node, swapped, "swapped")
        if name in DROPPED_ARGUMENTS and len(node.args) > 1:
            for arg in node.args:
                yield self.without(node, arg, "dropped-argument")

    def can_swap(self, node: ast.Call, name: str) -> bool:
        """Tell whether the other function takes the same: Python's own `sum` is no `max`."""
        is_python = isinstance(node.func, ast.Name)
        return not (is_python and name == "sum") and not (name == "startswith" and self.is_ibis)

    def without(self, call: ast.Call, gone: ast.AST, operator: str) -> Edit:
        kept = [self.text(one) for one in [*call.args, *call.keywords] if one is not gone]
        text = f"{self.text(call.func)}({', '.join(kept)})"
        start, end = self.at(call)
        return Edit(start, end, text, operator, gone.lineno)  # type: ignore[attr-defined]

    def of_elements(
        self, node: ast.List | ast.Tuple | ast.Set, above: tuple[ast.AST, ...]
    ) -> Iterator[Edit]:
        """Forget one of several: a key of a join, a state of a set."""
        parent = above[-1] if above else None
        given = [one for one in node.elts if not isinstance(one, ast.Starred)]
        if len(node.elts) < 2 or isinstance(getattr(node, "ctx", None), ast.Store):
            return
        if isinstance(parent, ast.Return | ast.Subscript | ast.For):
            return
        if isinstance(parent, ast.Call) and isinstance(node, ast.Tuple):
            return  # a branch of `cases`, or a value of several parts
        if isinstance(parent, ast.Starred) or self.is_unpacked(node, parent):
            return
        if isinstance(node, ast.Tuple) and isinstance(
            parent, ast.Tuple | ast.GeneratorExp | ast.ListComp | ast.Lambda | ast.Dict | ast.BinOp
        ):
            return  # a row of a table, a key to sort by
        start, end = self.at(node)
        opened, closed = BRACKETS.get(type(node), ("(", ")"))
        for gone in given:
            kept = [self.text(one) for one in node.elts if one is not gone]
            comma = "," if len(kept) == 1 else ""
            text = f"{opened}{', '.join(kept)}{comma}{closed}"
            yield Edit(start, end, text, "dropped-element", gone.lineno)

    def is_unpacked(self, node: ast.AST, parent: ast.AST | None) -> bool:
        """Tell whether each element has a name of its own: `a, b = x, y`."""
        return isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Tuple)

    def of_entries(self, node: ast.Dict, above: tuple[ast.AST, ...]) -> Iterator[Edit]:
        """Forget an entry of a table of values."""
        if len(node.keys) < 2 or not (above and isinstance(above[0], ast.Assign | ast.AnnAssign)):
            return
        if self.is_ibis:
            return
        pairs = [
            f"{self.text(key)}: {self.text(value)}" if key else f"**{self.text(value)}"
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        start, end = self.at(node)
        for place, value in enumerate(node.values):
            text = "{" + ", ".join(pairs[:place] + pairs[place + 1 :]) + "}"
            yield Edit(start, end, text, "dropped-element", value.lineno)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _returned(node: ast.FunctionDef, faults: _Faults) -> str:
    """Say what a function gives: a `value` that can be lost, a `lone` yield, or nothing special."""
    yields = [one for one in ast.walk(node) if isinstance(one, ast.Yield | ast.YieldFrom)]
    if yields:
        return "lone" if len(yields) == 1 else "many"
    return "" if faults.is_ibis else "value"
