"""Every sentence that a file of the program may say, read from its source; "7" stands for what is put in."""

import ast
import re
from itertools import product
from pathlib import Path

from livesketch import errors

ROOT = Path(errors.__file__).parent
UNKNOWN = "7"
KNOWN = "Check the path."  # for the words of another error, held where that one is raised
# errors whose words are the end of another sentence, and that sentence
ENDS = {
    "RefusedError": ("The pickle 7 {}.", "is empty"),
    "SvgError": ("7 {}.", "is not an SVG file"),
}
ERRORS = {*vars(errors), "MissingError", "TakenError", *ENDS}
# what they give is said as it is, though it is no whole sentence: states, labels, notes
QUIET = {"state", "_state", "label", "_label", "note", "notes", "trouble", "_trouble"}
_MOST = 64  # ways in which one sentence may be put together
_SENTENCE = re.compile(r"[A-Z7].* .*[.…!?]$", re.DOTALL)


class File:
    """One file's functions, names and imports, so that a hint made elsewhere is found."""

    def __init__(self, path: Path, known: dict[Path, "File"]) -> None:
        self.path, self.known = path, known
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known[path] = self
        self._functions: dict[str, ast.FunctionDef] = {}
        self._values: dict[tuple[int, str], list[ast.expr]] = {}  # by the function they are set in
        self._kept: dict[str, list[ast.expr]] = {}  # attributes, wherever they are set
        self._from: dict[str, Path] = {}
        self._around: dict[int, tuple[int, ...]] = {}  # of each name: the functions it stands in
        self._errors: list[tuple[str, ast.Call]] = []
        self._literals: list[ast.JoinedStr | ast.Constant] = []  # but for notes to programmers
        self._look(tree, (0,))

    def _look(self, node: ast.AST, around: tuple[int, ...], is_silent: bool = False) -> None:
        if isinstance(node, ast.FunctionDef):
            self._functions[node.name] = node
            around = (id(node), *around)
        elif isinstance(node, ast.Name):
            self._around[id(node)] = around
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            is_silent |= name.startswith("log.")
            if name in ERRORS:
                self._errors.append((name, node))
        elif isinstance(node, ast.JoinedStr | ast.Constant):
            if not is_silent:
                self._literals.append(node)
            is_silent = True  # a part of it is none of its own
        elif isinstance(node, ast.Expr):
            is_silent |= isinstance(node.value, ast.Constant)  # a docstring
        else:
            self._remember(node, around)
        for child in ast.iter_child_nodes(node):
            self._look(child, around, is_silent)

    def _remember(self, node: ast.AST, around: tuple[int, ...]) -> None:
        """What a name was given, and where it is from."""
        if isinstance(node, ast.ExceptHandler) and node.name and node.type is not None:
            self._give(node.name, ast.Constant(_caught(ast.unparse(node.type))), around)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self._give(ast.unparse(target), node.value, around)
                if isinstance(target, ast.Attribute):
                    self._kept.setdefault(ast.unparse(target), []).append(node.value)
        elif isinstance(node, ast.For):
            for one in ast.walk(node.target):
                if isinstance(one, ast.Name):
                    self._give(one.id, node.iter, around)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("livesketch"):
            place = ROOT.parent.joinpath(*str(node.module).split("."))
            place = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
            self._from |= {alias.name: place for alias in node.names}

    def _give(self, name: str, value: ast.expr, around: tuple[int, ...]) -> None:
        self._values.setdefault((around[0], name), []).append(value)

    def _assigned(self, name: ast.Name) -> list[ast.expr]:
        for function in self._around[id(name)]:
            if (function, name.id) in self._values:
                return self._values[function, name.id]
        return []

    def ways(self, node: ast.expr | None, depth: int = 8) -> list[str]:
        """All the words that an expression may be."""
        found = self._ways(node, depth) if depth else []
        some = [words for words in dict.fromkeys(found) if words not in ("", UNKNOWN)]
        return [*some, *([""] if "" in found and some else [])] or [UNKNOWN]

    def _ways(self, node: ast.expr | None, depth: int) -> list[str]:
        inside: list[ast.expr] = []
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else []
        if isinstance(node, ast.JoinedStr):
            parts = [self.ways(part, depth) for part in node.values]
            return ["".join(one) for one in list(product(*parts))[:_MOST]]
        if isinstance(node, ast.FormattedValue | ast.Subscript):
            inside = [node.value]
        elif isinstance(node, ast.IfExp):
            inside = [node.body, node.orelse]
        elif isinstance(node, ast.BoolOp | ast.Dict):
            inside = node.values
        elif isinstance(node, ast.Attribute):
            if node.attr in ("hint", "message"):
                return [KNOWN]
            inside = self._kept.get(ast.unparse(node), [])
        elif isinstance(node, ast.Name):
            inside = [one for one in self._assigned(node) if not _mentions(one, node)]
            if not inside and node.id in self._from:
                return self._other(node.id).named(node.id, depth - 1)
        elif isinstance(node, ast.Call):
            return self._given(node, depth)
        return [words for one in inside for words in self.ways(one, depth - 1)]

    def named(self, name: str, depth: int) -> list[str]:
        """What a name of the whole file is, for those who import it."""
        values = self._values.get((0, name), [])
        return [words for one in values for words in self.ways(one, depth)]

    def _given(self, node: ast.Call, depth: int) -> list[str]:
        """What a function of the program returns."""
        if isinstance(node.func, ast.Attribute):
            owner = self.ways(node.func.value, depth - 1)
            if node.func.attr == "capitalize":
                return [words.capitalize() for words in owner]
            if node.func.attr not in ("get", "strip", "items"):
                return []
            return owner + [words for one in node.args[1:] for words in self.ways(one, depth - 1)]
        name = ast.unparse(node.func)
        if name in self._from:
            return self._other(name).returned(name, depth - 1)
        return self.returned(name, depth - 1)

    def returned(self, name: str, depth: int) -> list[str]:
        function = self._functions.get(name)
        ends = [] if function is None else _inside(function, ast.Return)
        return [words for end in ends for words in self.ways(end.value, depth)]

    def _other(self, name: str) -> "File":
        path = self._from[name]
        return self.known.get(path) or File(path, self.known)

    def said(self) -> list[str]:
        """Failures with their hints, whole sentences, and the quiet words of QUIET."""
        found = self._failures() + self._sentences() + self._quiet()
        return [words for words in dict.fromkeys(found) if re.search("[A-Za-z]{2}", words)]

    def _failures(self) -> list[str]:
        found = []
        for name, call in self._errors:
            given = [*call.args, *(word.value for word in call.keywords)]
            words = [words for one in given for words in self.ways(one)]
            found += [ENDS.get(name, ("{}",))[0].replace("{}", one) for one in words]
        return found

    def _sentences(self) -> list[str]:
        said = [words for one in self._literals for words in self.ways(one)]
        return [words for words in said if _SENTENCE.match(words)]

    def _quiet(self) -> list[str]:
        found = []
        for (_, name), values in self._values.items():
            if name.split(".")[-1] in QUIET:
                found += [words for one in values for words in self.ways(one)]
        for name in QUIET:
            found += self.returned(name, 8)
        return found


def _inside(function: ast.FunctionDef, kind: type[ast.Return]) -> list[ast.Return]:
    return [node for node in ast.walk(function) if isinstance(node, kind)]


def _caught(kind: str) -> str:
    return ENDS[kind][1] if kind in ENDS else KNOWN if kind in ERRORS else UNKNOWN


def _mentions(value: ast.expr, name: ast.Name) -> bool:
    return any(node is name for node in ast.walk(value))
