"""What a table of cases is made of.

A table is a list of steps that every home goes through in the same order: requests, each with the
answer that it must get, and what is done to a home in between by its own means. What an answer gave
is kept under a name and stands in later requests as <<name>>.
"""

import dataclasses
import json

SERVE = "serve"
REST = "rest"
HTTP_API = "http_api"
HOMES = (SERVE, REST, HTTP_API)
HOST = "api.example"
ALLOWED_ORIGIN = "https://app.example"
TAKES_JSON = ("POST", "PATCH")


@dataclasses.dataclass(frozen=True)
class Instead:
    """What a home answers where it cannot answer as the others do, and the reason."""

    status: int
    reason: str
    problem: str | None = None
    errors: str = ""
    has: dict | None = None


@dataclasses.dataclass(frozen=True)
class Step:
    """A request and its answer.

    problem: the code of a problem, which every answer from 400 on has; errors: its bad fields in
    their order, "/title:too_long ?limit:duplicate". has: values in the JSON of an answer, by their
    paths ("items.0.title"; "items.#" is a length). fields: header fields, None: it is not there.
    keep: names for values of the answer, by their paths, or by "@" and a header's name. instead:
    the homes that answer otherwise.
    """

    name: str
    method: str
    target: str
    status: int
    body: bytes | None = None
    headers: tuple = ()
    problem: str | None = None
    errors: str = ""
    has: dict | None = None
    fields: dict = dataclasses.field(default_factory=dict)
    keep: dict = dataclasses.field(default_factory=dict)
    instead: dict = dataclasses.field(default_factory=dict)
    chunked: bool = False


@dataclasses.dataclass(frozen=True)
class Die:
    """Tasks of the queue "doomed" fail for good, one after another."""

    name: str
    task_ids: tuple


@dataclasses.dataclass(frozen=True)
class Finish:
    """Tasks of the queue "mail" are done; their payload is their result."""

    name: str
    task_ids: tuple


@dataclasses.dataclass(frozen=True)
class Store:
    """An object of this JSON text is put into the bucket of results."""

    name: str
    key: str
    content_type: str
    text: str


def bytes_of(body):
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body).encode()


def request(name, method, target, status, body=None, headers=(), **more):
    headers = tuple(headers)
    typed = any(field.lower() == "content-type" for field, _ in headers)
    if body is not None and method in TAKES_JSON and not typed:
        headers += (("Content-Type", "application/json"),)
    # What is not to be sent is named with None.
    headers = tuple((field, value) for field, value in headers if value is not None)
    return Step(name, method, target, status, bytes_of(body), headers, **more)


def get(name, target, status=200, **more):
    return request(name, "GET", target, status, **more)


def post(name, target, status, body=None, **more):
    return request(name, "POST", target, status, body, **more)


def patch(name, target, status, body, **more):
    return request(name, "PATCH", target, status, body, **more)


def delete(name, target, status=204, **more):
    return request(name, "DELETE", target, status, **more)


def invalid(step_of, *arguments, errors="", **more):
    return step_of(*arguments[:2], 400, *arguments[2:], problem="invalid", errors=errors, **more)


def both(instead):
    return {REST: instead, HTTP_API: instead}
