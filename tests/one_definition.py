#!/usr/bin/env python3
"""Checks that no class name is defined twice in one namespace outside unnamed ones: the linker would silently keep
one of the two and the other's users would run on its layout. Exit 1 with a line per violation."""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Each plugin and each test program is linked on its own; what is in one of these can meet only itself and relay/.
PROGRAMS = [["relay", "cli"], *(["relay", f"plugins/{p.name}"] for p in sorted((ROOT / "plugins").iterdir()) if p.is_dir())]

OPEN = re.compile(r"^(?:inline )?namespace ?([\w:]*) \{$")
CLOSE = re.compile(r"^\}  // namespace")
DEFINITION = re.compile(r"^(?:template <.*> )?(?:class|struct|union|enum class|enum) (\w+)(?: final)?(?: : .*)? \{")


def definitions(file):
    """(qualified name, line number) of each type that other files could clash with."""
    scope = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if opened := OPEN.match(line):
            scope.append(opened.group(1))
        elif CLOSE.match(line):
            scope.pop()
        elif (found := DEFINITION.match(line)) and "" not in scope:
            yield "::".join([*scope, found.group(1)]), number


def main():
    clashes = set()
    for folders in PROGRAMS:
        seen = collections.defaultdict(list)
        for folder in folders:
            for file in sorted((ROOT / folder).rglob("*")):
                if file.suffix in (".h", ".hpp", ".cpp"):
                    for name, line in definitions(file):
                        seen[name].append(f"{file.relative_to(ROOT)}:{line}")
        clashes |= {(name, *places) for name, places in seen.items() if len(places) > 1}
    for name, *places in sorted(clashes):
        print(f"one definition: {name} is defined at {' and '.join(places)}; rename one or put it in an unnamed namespace")
    return 1 if clashes else 0


if __name__ == "__main__":
    sys.exit(main())
