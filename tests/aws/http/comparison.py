"""Makes answers of different homes comparable, and says whether one is as the table demands.

What each home makes up itself stands there under the name of the place where it came first: equal
values have equal names, in every home alike.
"""

import json
import re

# The header fields that the API sets itself; others are the server's or the gateway's.
COMPARED = (
    "Content-Type", "Location", "ETag", "Link", "Allow", "Retry-After", "Idempotent-Replay",
    "Cache-Control", "X-Content-Type-Options", "Vary", "Access-Control-Allow-Origin",
    "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age",
    "Access-Control-Expose-Headers", "Access-Control-Allow-Credentials", "Content-Disposition",
    "Content-Security-Policy", "Last-Modified", "X-Request-Id",
)  # fmt: skip
UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b")
CURSOR = re.compile(r"\bc1-[0-9a-f]+-[0-9a-f]{16}\b")
NUMBERED_TAG = re.compile(r'"(\d+)-(\w+)"')
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
HTTP_DATE = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")
# Of one request, or of what was done by a home's own means: equal by chance at most.
LOOSE_TIMES = ("started_at", "finished_at", "next_attempt_at", "modified_at")
# One time for a whole request.
SHARED_TIMES = ("accepted_at", "expires_at")
# A task's own: how it was changed tells whether they are the same.
OWN_TIMES = ("created_at", "updated_at")


class Spelled(str):
    """A number, digit for digit as it was written."""

    __slots__ = ()

    def __repr__(self):
        return str(self)


class Names:
    """Of the values that one home made up."""

    def __init__(self):
        self.known = {}

    def of(self, kind, value, where):
        return self.known.setdefault((kind, value), f"<{kind} first seen in {where}>")


def value_at(answer, path):
    """What `path` names in an answer; KeyError when it is not there."""
    if path.startswith("@"):
        values = answer.values(path[1:])
        if not values:
            raise KeyError(path)
        return ", ".join(values)
    value = json.loads(answer.body)
    for part in path.split("."):
        if part == "#":
            value = len(value)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            raise KeyError(path)
    return value


def faults_of(answer, wanted, fields):
    """What of an answer is not as `wanted` (a Step, or an Instead) and `fields` say."""
    faults = []

    def check(what, got, demanded):
        if got != demanded:
            faults.append(f"{what} is {got!r}, not {demanded!r}")

    check("the status", answer.status, wanted.status)
    if wanted.problem is not None and answer.status >= 400 and answer.body:
        check("the type", answer.values("Content-Type"), ["application/problem+json"])
        try:
            problem = json.loads(answer.body)
        except ValueError:
            return [*faults, f"the body is no JSON: {answer.body[:200]!r}"]
        check("the problem", problem.get("type"), "urn:ordo:problem:" + wanted.problem)
        check("the problem's status", problem.get("status"), wanted.status)
        told = problem.get("errors", [])
        check("errors", " ".join(f"{one['pointer']}:{one['code']}" for one in told), wanted.errors)
    for path, demanded in (wanted.has or {}).items():
        try:
            check(path, value_at(answer, path), demanded)
        except (KeyError, ValueError):
            faults.append(f"{path} is not there")
    for name, demanded in fields.items():
        check(name, ", ".join(answer.values(name)) or None, demanded)
    return faults


def comparable(step, asked_id, answer, names):
    """The answer as every home must give it."""
    fields = {}
    for name in COMPARED:
        values = answer.values(name)
        if values:
            fields[name] = field_of(step, name, ", ".join(values), asked_id, names)
    body = answer.body.decode(errors="backslashreplace")
    if answer.body and "json" in "".join(answer.values("Content-Type")):
        tree = json.loads(body, parse_int=Spelled, parse_float=Spelled)
        body = tree_of(tree, step.name, "", None, names)
    return {"status": answer.status, "headers": fields, "body": body}


def field_of(step, name, value, asked_id, names):
    if name == "X-Request-Id":
        return "the caller's" if value == asked_id else "a new one"
    if name == "Vary":
        # Compressing is the server's, or the gateway's.
        wanted = {one.strip() for one in value.split(",")} - {"Accept-Encoding"}
        return ", ".join(sorted(wanted))
    if name == "Last-Modified" and HTTP_DATE.fullmatch(value):
        return "<date>"
    if name == "ETag":
        return tag_of(step.name, value, names)
    return text_of(value, f"{step.name}: {name}", names)


def tag_of(where, value, names):
    numbered = NUMBERED_TAG.fullmatch(value)
    if numbered:
        return f'"{names.of("sequence", numbered[1], where)}-{numbered[2]}"'
    return '"' + names.of("etag", value.strip('"'), where) + '"'


def text_of(text, where, names):
    text = UUID.sub(lambda found: names.of("id", found[0], where), text)
    return CURSOR.sub(lambda found: names.of("cursor", found[0], where), text)


def tree_of(value, where, key, subject, names):
    if isinstance(value, dict):
        subject = value.get("task_id", subject)
        return {
            name: tree_of(one, f"{where}: {name}" if not key else where, name, subject, names)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [tree_of(one, where, key, subject, names) for one in value]
    if key == "sequence" and isinstance(value, Spelled):
        return names.of("sequence", str(value), where)
    if isinstance(value, Spelled) or not isinstance(value, str):
        return value
    if key == "etag":
        return names.of("etag", value, where)
    if TIME.fullmatch(value):
        if key in LOOSE_TIMES:
            return "<time>"
        if key in SHARED_TIMES:
            return names.of("time", value, where)
        if key in OWN_TIMES:
            return names.of(f"time of {text_of(str(subject), where, names)}", value, where)
    return text_of(value, where, names)
