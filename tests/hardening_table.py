#!/usr/bin/env python3
"""Checks that the tests which docs/hardening.md names exist: each file, and each name within it, as TEST_CASE("…"), as
test('…') or describe('…'), or as a row of a table of tests. Exit 1 with a line per problem."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "hardening.md"
STRING = r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""


def resolve(file):
    """`tls.test.js` is an integration test; others are named from tests/ on."""
    folder = "tests/integration" if file.endswith(".test.js") and "/" not in file else "tests"
    return ROOT / folder / file


def unquote(literal):
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def cpp_names(text):
    cases = re.findall(r'\bTEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', text)
    return {"".join(unquote(part) for part in re.findall(r'"(?:[^"\\]|\\.)*"', case)) for case in cases}


class JsTests:
    """The names of a file of node:test: literals, templates, and rows of the tables that tests are made from."""

    def __init__(self, text):
        self.text = text
        called = re.findall(rf"\b(?:test|describe)\(\s*({STRING}|`[^`]*`|[a-z]\w*\s*,)", text)
        self.literals = {unquote(each) for each in called if each[0] in "'\""}
        self.templates = [re.split(r"\$\{[^{}]*\}", each[1:-1]) for each in called if each[0] == "`"]
        self.has_tables = any(each[-1] == "," for each in called)

    def is_row(self, value):
        """A key of an object, or the first of an array's elements."""
        quoted = "|".join(re.escape(f"{mark}{value}{mark}") for mark in "'\"")
        bare = rf"|^\s*{re.escape(value)}(?=:)" if re.fullmatch(r"\w+", value) else ""
        return re.search(rf"(?:^\s*|[{{,]\s*)(?:{quoted})\s*:|\[\s*(?:{quoted})\s*[,\]]{bare}", self.text, re.MULTILINE)

    def is_value(self, value):
        """What stands in a template: a row, or an element of some list."""
        return self.is_row(value) or f"'{value}'" in self.text or (value.isdigit() and value in self.text)

    def fills(self, template, name):
        match = re.fullmatch("(.+)".join(map(re.escape, template)), name)
        return match and len("".join(template)) > 4 and all(self.is_value(each) for each in match.groups())

    def has(self, name):
        if name.endswith("…"):
            start = name[:-1]
            names = self.literals | {template[0] for template in self.templates}
            return len(start) > 4 and any(each.startswith(start) for each in names)
        if name in self.literals or (self.has_tables and self.is_row(name)):
            return True
        return any(self.fills(template, name) for template in self.templates)


def has_test(path, text, name):
    return JsTests(text).has(name) if path.suffix == ".js" else name in cpp_names(text)


def rows(text):
    """(line, number, what shows it) of every row of every table."""
    for line, row in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in row.strip().strip("|").split(" | ")]
        if row.startswith("|") and not row.startswith("| #") and not row.startswith("|-"):
            yield line, cells


def problems():
    text = TABLE.read_text()
    seen = set()
    for line, cells in rows(text):
        if len(cells) != 4:
            yield line, f"has {len(cells)} cells, not 4"
            continue
        number, shown = cells[0], cells[3]
        if number in seen:
            yield line, f"row {number} is there twice"
        seen.add(number)
        cited = re.findall(r"`([^`]+\.(?:js|cpp))`((?::)?(?:,? *\"[^\"]*\")*)", shown)
        if not cited and not shown.startswith(("not yet", "on purpose", "`scripts/check`")):
            yield line, f"row {number} names neither a test nor why there is none"
        if re.sub(r"`[^`]*`|\"[^\"]*\"", "", shown).count('"'):
            yield line, f"row {number} has a quote that does not end"
        for file, names in cited:
            path = resolve(file)
            if not path.is_file():
                yield line, f"row {number}: there is no {path.relative_to(ROOT)}"
                continue
            wanted = re.findall(r'"([^"]*)"', names)
            if not wanted and not file.startswith("fuzz/"):
                yield line, f"row {number}: which test of {file}?"
            for name in wanted:
                if not has_test(path, path.read_text(), name):
                    yield line, f"row {number}: {file} has no test \"{name}\""
    if not seen:
        yield 1, "has no rows"


def main():
    found = list(problems())
    for line, problem in found:
        print(f"docs/hardening.md:{line}: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
