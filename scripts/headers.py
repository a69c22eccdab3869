#!/usr/bin/env python3
"""headers.py ROOT: every header of src/ compiles alone.

Not each by itself: the time goes into what they include. Headers are compiled one behind another
where each includes, on whatever way, all that those before it do; so none lends it anything but its
own names.
"""

import functools
import os
import pathlib
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import compiled

ROOT = pathlib.Path(sys.argv[1]).resolve()
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(header: pathlib.Path) -> list[tuple[str, str]]:
    return INCLUDE.findall(header.read_text())


HEADERS = {
    f"{path.parent.name}/{path.name}": includes(path) for path in sorted(ROOT.glob("src/*/*.h"))
}


@functools.cache
def reached(header: str) -> frozenset[str]:
    """All that it includes, and what those do."""
    found = set()
    for kind, name in HEADERS[header]:
        found.add(name)
        if kind == '"' and name in HEADERS:
            found |= reached(name)
    return frozenset(found)


def chains(module: str) -> list[list[str]]:
    """Its headers, each behind the one that reaches most of those that reach no more than it."""
    result: list[list[str]] = []
    mine = (header for header in HEADERS if header.startswith(module + "/"))
    for header in sorted(mine, key=lambda name: (len(reached(name)), name)):
        fitting = [chain for chain in result if reached(chain[-1]) <= reached(header)]
        if fitting:
            max(fitting, key=lambda chain: len(reached(chain[-1]))).append(header)
        else:
            result.append([header])
    return result


def compiler() -> list[str]:
    """The program's compiler with the folders of all parts; which may see which is checked elsewhere."""
    parts = compiled.parts(ROOT).values()
    words = [word for part in parts for word in (part.compiler, *part.flags)]
    return list(dict.fromkeys(words))


def complaint(headers: list[str], command: list[str]) -> str:
    source = "".join(f'#include "{header}"\n' for header in headers)
    done = subprocess.run(
        [*command, "-fsyntax-only", "-x", "c++", "-"], input=source, capture_output=True, text=True
    )
    return "" if done.returncode == 0 else done.stderr or f"{command[0]} failed"


def main() -> int:
    modules = sorted({header.split("/")[0] for header in HEADERS})
    together = [chain for module in modules for chain in chains(module)]
    command = compiler()
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        complaints = list(filter(None, pool.map(lambda chain: complaint(chain, command), together)))
    print(f"{len(HEADERS)} headers in {len(together)} pieces")
    print("\n".join(complaints), end="")
    return 1 if complaints or not HEADERS else 0


if __name__ == "__main__":
    sys.exit(main())
