#!/usr/bin/env python3
"""Holds every include of src/ against the modules that CMakeLists.txt draws, third-party headers
against the rooms that may see them, clocks against system/, and files against their size."""
import itertools
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
SRC = ROOT / "src"

# Who may see which library, and what may be read from the operating system where.
THIRD_PARTY = {
    r"sqlite3\.h": {"sqlite"},
    r"libpq-fe\.h": {"postgres"},
    r"boost/beast": {"net"},
    r"boost/asio": {"net"},
    r"curl/": {"net"},
    r"zlib\.h": {"net"},
    r"toml\+\+": {"ordo"},
    r"CLI/": {"cli", "ordo"},
    r"openssl/": {"base"},
    r"boost/json(?!/fwd)": {"base", "states", "api", "cli", "aws"},
}
# net measures its sockets' deadlines and writes Date; sqlite's checkpoints run on a timer of theirs.
CLOCKS = re.compile(r"system_clock::now|steady_clock::now|sleep_for|sleep_until|random_device")
CLOCK_ROOMS = {"system", "net"}
MAX_LINES = 800


def drawn_arrows():
    """Module → all modules that it may include, from the ordo_module lines."""
    arrows = {}
    for line in re.findall(r"^ordo_module\(([^)]*)\)", (ROOT / "CMakeLists.txt").read_text(), re.M):
        name, *words = line.split()
        # Keywords are in capitals; what USES names comes before the next of them.
        after = words[words.index("USES") + 1 :] if "USES" in words else []
        named = set(itertools.takewhile(str.islower, after))
        arrows[name] = {name} | named | {far for near in named for far in arrows[near]}
    # The two programs: what each wires.
    arrows["lambda"] = {"lambda"}.union(
        *(arrows[room] for room in ("api", "aws", "functions", "system"))
    )
    arrows["ordo"] = (set(arrows) | {"ordo"}) - {"aws", "lambda"}
    return arrows


def faults():
    arrows = drawn_arrows()
    beast_files = 0
    for path in sorted(SRC.rglob("*.[hc]*")):
        room = path.relative_to(SRC).parts[0]
        text = path.read_text()
        where = path.relative_to(ROOT)
        if len(text.splitlines()) > MAX_LINES:
            yield f"{where}: over {MAX_LINES} lines: two rooms in one file"
        if path.name.endswith("_test.cc"):
            continue
        if CLOCKS.search(text) and room not in CLOCK_ROOMS:
            yield f"{where}: reads a clock, sleeps or seeds; only system/ may"
        for include in re.findall(r'^\s*#include\s+[<"]([^>"]+)[>"]', text, re.M):
            target = include.split("/")[0]
            if target in arrows and target not in arrows[room]:
                yield f"{where}: {room} must not use {target}"
            if include.startswith(".."):
                yield f"{where}: no ../ in an include"
            for library, rooms in THIRD_PARTY.items():
                if re.match(library, include) and room not in rooms:
                    yield f"{where}: {include} is seen only in {', '.join(sorted(rooms))}"
            if include.startswith("boost/beast"):
                beast_files += 1
    if beast_files > 2:
        yield f"{beast_files} includes of Beast: keep it in one file, it compiles slowly"


found = list(faults())
print("\n".join(found))
sys.exit(1 if found else 0)
