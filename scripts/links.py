#!/usr/bin/env python3
"""Every relative link of every Markdown file leads to a file, and every #anchor to a heading. Also
refuses lock files that name a registry's host and texts that name a path of one machine."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])


def tracked(pattern):
    names = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--", pattern],
        check=True, capture_output=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).exists()]


def anchors(path):
    """GitHub's anchors of a file's headings."""
    text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
    for heading in re.findall(r"^#+\s+(.*)$", text, re.M):
        plain = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        yield re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", plain))


def faults():
    for path in tracked("*.md"):
        text = re.sub(r"```.*?```", "", path.read_text(), flags=re.S)
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            if not target.exists():
                yield f"{path.relative_to(ROOT)}: {link} leads nowhere"
            elif anchor and target.suffix == ".md" and anchor not in set(anchors(target)):
                yield f"{path.relative_to(ROOT)}: {link}: there is no such heading"
    for path in tracked("*package-lock.json"):
        if '"resolved"' in path.read_text():
            yield f"{path.relative_to(ROOT)}: names a registry's host"
    for path in tracked("*"):
        if path.suffix in {".png", ".ico"} or "corpus" in path.parts or path.is_dir():
            continue
        if re.search(r"(?<![\w.])/(?:w[o]rk|r[o]ot)/\w", path.read_text(errors="replace")):
            yield f"{path.relative_to(ROOT)}: names a path of one machine"


found = list(faults())
print("\n".join(found))
sys.exit(1 if found else 0)
