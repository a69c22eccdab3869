#!/usr/bin/env python3
"""tidy.py ROOT: clang-tidy on every source of the program, a part of it at a time.

All sources of a part are read as one: most of the time goes into what they include. A part that was
found clean is not looked at again before its text, a header or the rules change.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import compiled

ROOT = pathlib.Path(sys.argv[1]).resolve()
STAMPS = ROOT / "build/tidy"
# clang 19 hides std::expected of libstdc++ 12 behind a newer __cpp_concepts than it declares.
AS_CLANG = ["-D__cpp_concepts=202002L", "-Wno-builtin-macro-redefined", "-Wno-everything"]


def digest(paths: list[pathlib.Path], *more: str) -> str:
    result = hashlib.sha256("\0".join(more).encode())
    for path in paths:
        result.update(path.read_bytes())
    return result.hexdigest()[:32]


def complaint(name: str, part: compiled.Part, rules: str) -> str:
    clean = STAMPS / digest([pathlib.Path(source) for source in part.sources], rules, *part.flags)
    if clean.exists():
        return ""
    unit = STAMPS / f"{name}.cc"
    unit.write_text("".join(f'#include "{source}"\n' for source in part.sources))
    done = subprocess.run(
        ["clang-tidy-19", "--quiet", f"--config-file={ROOT / '.clang-tidy'}", str(unit), "--"]
        + [*part.flags, *AS_CLANG],
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        clean.touch()
        return ""
    return done.stdout or done.stderr or f"clang-tidy on {name}: {done.returncode}\n"


def main() -> int:
    STAMPS.mkdir(parents=True, exist_ok=True)
    own = [ROOT / ".clang-tidy", pathlib.Path(__file__), pathlib.Path(compiled.__file__)]
    rules = digest(own + sorted(ROOT.glob("src/*/*.h")))
    parts = compiled.parts(ROOT)
    # The long ones first, so that no core waits for the last.
    order = sorted(parts, key=lambda name: -len(parts[name].sources))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = list(pool.map(lambda name: complaint(name, parts[name], rules), order))
    complaints = list(filter(None, found))
    print(f"{sum(len(part.sources) for part in parts.values())} sources in {len(parts)} parts")
    print("\n".join(complaints), end="")
    return 1 if complaints or not parts else 0


if __name__ == "__main__":
    sys.exit(main())
