#!/usr/bin/env python3
"""Checks an OpenAPI 3.1 document on standard input: references resolve, operations are complete and
named once, path variables are declared, and every schema is used."""
import json
import re
import sys

METHODS = {"get", "put", "post", "delete", "patch", "options", "head"}


def walk(node, path="#"):
    yield path, node
    if isinstance(node, dict):
        for key, value in node.items():
            yield from walk(value, f"{path}/{key}")
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from walk(value, f"{path}/{i}")


def resolve(document, reference):
    node = document
    for step in reference.removeprefix("#/").split("/"):
        node = node.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
    return node


def faults(document):
    if not str(document.get("openapi", "")).startswith("3.1."):
        yield "not OpenAPI 3.1"
    for key in ("title", "version", "license"):
        if key not in document.get("info", {}):
            yield f"info has no {key}"
    used = set()
    for path, node in walk(document):
        if isinstance(node, dict) and "$ref" in node:
            used.add(node["$ref"])
            if resolve(document, node["$ref"]) is None:
                yield f"{path}: {node['$ref']} leads nowhere"
    for name in document.get("components", {}).get("schemas", {}):
        if f"#/components/schemas/{name}" not in used:
            yield f"schema {name} is used nowhere"
    names = set()
    for path, methods in document["paths"].items():
        if not path.startswith("/"):
            yield f"{path} is no path"
        for method, operation in methods.items():
            where = f"{method} {path}"
            if method not in METHODS:
                yield f"{where}: no such method"
            for key in ("operationId", "summary", "tags", "responses"):
                if not operation.get(key):
                    yield f"{where}: no {key}"
            if operation.get("operationId") in names:
                yield f"{where}: operationId {operation['operationId']} is taken"
            names.add(operation.get("operationId"))
            declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            if declared != set(re.findall(r"{(\w+)}", path)):
                yield f"{where}: path variables and parameters disagree"
            for status, answer in operation["responses"].items():
                if not re.fullmatch(r"[1-5]\d\d|default", status) or "description" not in answer:
                    yield f"{where}: response {status} is incomplete"


found = list(faults(json.load(sys.stdin)))
print("\n".join(found))
sys.exit(1 if found else 0)
