#!/usr/bin/env python3
"""Submits one task to ordo, safely, with nothing but the standard library.

The same Idempotency-Key goes with each try, so a try whose answer was lost makes no second task.

    submit.py TITLE [--lane LANE] [--payload JSON] [--key KEY]

ORDO_URL names the server. Prints the task. Exit code 0: accepted; 1: refused or not to be reached.
"""

import argparse
import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid

RETRY = {408, 429, 500, 502, 503, 504}


def post(url, body, key):
    """One try: (status, headers, body). OSError or HTTPException: no answer came."""
    request = urllib.request.Request(
        url + "/tasks",
        data=body,
        method="POST",
        headers={"Content-Type": "application/json", "Idempotency-Key": key},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def submit(url, task, key, tries=6):
    """The task as accepted. RuntimeError: it was refused, or no try got through."""
    body = json.dumps(task).encode()  # made once: a key goes with one body
    pause = 0.5
    why = ""
    for _ in range(tries):
        wait = pause * random.uniform(0.5, 1.5)
        try:
            status, headers, answer = post(url, body, key)
        except (OSError, http.client.HTTPException) as error:
            why = str(error)
        else:
            if status in (200, 201):  # 200: an earlier try had been accepted
                return json.loads(answer)
            why = f"{status}: {answer.decode(errors='replace')}"
            if status not in RETRY:
                raise RuntimeError(f"refused with {why}")
            wait = max(wait, float(headers.get("Retry-After", 0)))
        print(f"{why}; again in {wait:.1f} s", file=sys.stderr)
        time.sleep(wait)
        pause *= 2
    raise RuntimeError(f"not accepted after {tries} tries ({why}); try again with the key {key}")


def main():
    parser = argparse.ArgumentParser(description="Submit one task to ordo.")
    parser.add_argument("title")
    parser.add_argument("--lane", default="main")
    parser.add_argument("--payload", type=json.loads, default={}, help="a JSON object")
    parser.add_argument("--key", default=str(uuid.uuid4()), help="the Idempotency-Key")
    given = parser.parse_args()
    task = {"title": given.title, "lane": given.lane, "payload": given.payload}
    url = os.environ.get("ORDO_URL", "http://127.0.0.1:8080").rstrip("/")
    try:
        print(json.dumps(submit(url, task, given.key)))
    except RuntimeError as error:
        sys.exit(f"submit.py: {error}")


if __name__ == "__main__":
    main()
