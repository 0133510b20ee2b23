#!/usr/bin/env python3
"""Checks that relay/ is layered: a folder includes only itself and folders above it in relay/CMakeLists.txt,
and that the DEPENDS of its CMake target cover what it includes. Exit 1 with a line per violation."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELAY = ROOT / "relay"
# Plugins use include/seneca and plugins/support only, but for these: the one reads the same foreign bytes as the relay
# does, with the same readers; the other evaluates the same filters.
PLUGIN_LAYERS = {"socketio-redis": {"base", "event", "codec"}, "match": {"base", "event"}}


def layers():
    text = (RELAY / "CMakeLists.txt").read_text()
    return re.search(r"foreach\(folder ([^)]*)\)", text).group(1).split()


def folder_of(path, order):
    """The layer a path below relay/ belongs to; net/client is one of its own."""
    matching = [layer for layer in order if path == layer or path.startswith(layer + "/")]
    return max(matching, key=len) if matching else None


def includes(file):
    return re.findall(r'^#include "([^"]+)"', file.read_text(), re.MULTILINE)


def declared(layer, targets):
    """The layers a layer's CMake target reaches, transitively."""
    seen, queue = set(), [layer]
    while queue:
        for name in targets.get(queue.pop(), []):
            if name not in seen:
                seen.add(name)
                queue.append(name)
    return seen


def cmake_depends(order):
    targets = {}
    for layer in order:
        text = (RELAY / layer / "CMakeLists.txt").read_text()
        component = text[text.index("seneca_component(") :]
        names = re.search(r"\bDEPENDS ([^)]*?)(?:\s*LIBRARIES|\))", component, re.DOTALL)
        targets[layer] = [n.replace("net_client", "net/client") for n in (names.group(1).split() if names else [])]
    return targets


def main():
    order = layers()
    targets = cmake_depends(order)
    problems = []
    for layer in order:
        reachable = declared(layer, targets)
        for file in sorted((RELAY / layer).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            name = str(file.relative_to(RELAY))
            if folder_of(name, order) != layer:
                continue
            for include in includes(file):
                wanted = folder_of(include, order)
                if wanted is None or wanted == layer:
                    continue
                if order.index(wanted) > order.index(layer):
                    problems.append(f"relay/{name}: includes {include}, which is a layer below {layer}")
                elif wanted not in reachable:
                    problems.append(f"relay/{name}: includes {include}, but seneca_{layer} does not DEPEND on {wanted}")
    for file in sorted((ROOT / "plugins").rglob("*.[ch]*")):
        for include in includes(file):
            allowed = PLUGIN_LAYERS.get(file.relative_to(ROOT / "plugins").parts[0], set())
            if folder_of(include, order) not in {None, *allowed}:
                problems.append(f"{file.relative_to(ROOT)}: includes {include}; plugins use include/seneca and plugins/support only")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
