"""How the program's parts are compiled: read from what CMake has written for build/release."""

import json
import pathlib
import re
import shlex
from dataclasses import dataclass, field

TARGET = re.compile(r" -o CMakeFiles/(ordo_\w+)\.dir/")
UNITED = re.compile(r'^#include "(.+\.cc)"$', re.MULTILINE)


@dataclass
class Part:
    """One library or program of src/."""

    compiler: str = ""
    flags: list[str] = field(default_factory=list)  # language, macros and folders; no more
    sources: list[str] = field(default_factory=list)


def parts(root: pathlib.Path) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for entry in json.loads((root / "build/release/compile_commands.json").read_text()):
        target = TARGET.search(entry["command"])
        if not target or entry["file"].endswith(".S"):
            continue
        part = found.setdefault(target[1], Part())
        words = shlex.split(entry["command"].replace("-isystem ", "-isystem"))
        part.compiler = words[0]
        part.flags = [w for w in words if w.startswith(("-D", "-I", "-isystem", "-std="))]
        file = pathlib.Path(entry["file"])
        part.sources += UNITED.findall(file.read_text()) or [entry["file"]]
    return found
