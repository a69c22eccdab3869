#!/usr/bin/env python3
"""Claims tasks of a pull queue and works them, with nothing but the standard library.

    worker.py [--queue QUEUE] [--lease SECONDS]

ORDO_URL names the server, or several of one database with commas between them: while one does not
answer the next is asked. A lease is good at any of them. What is under way at SIGTERM is worked to
its end, and nothing more is claimed.
"""

import argparse
import http.client
import itertools
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

CLAIM_SECONDS = 10


class Refused(Exception):
    """The server has answered, and no other answer is to be had."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text}")
        self.status = status


class Servers:
    """Those of one database. Any of them will do for any call."""

    def __init__(self, urls):
        self.round = itertools.cycle(urls)
        self.url = next(self.round)
        self.turn = threading.Lock()

    def call(self, path, body, patience):
        """The answer, tried for `patience` seconds wherever there is one. Refused; OSError."""
        last = time.monotonic() + patience
        pause = 0.1
        while True:
            url = self.url
            try:
                request = urllib.request.Request(
                    url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
                )
                with urllib.request.urlopen(request, timeout=CLAIM_SECONDS + 10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                text = error.read().decode(errors="replace")
                if error.code not in (408, 429) and error.code < 500:
                    raise Refused(error.code, text) from None
                why = f"{error.code}: {text}"
            except (OSError, http.client.HTTPException) as error:
                why = str(error) or repr(error)
            with self.turn:
                if self.url == url:
                    self.url = next(self.round)
            if time.monotonic() + pause >= last:
                raise OSError(why)
            print(f"{url}: {why}; going on with {self.url}", file=sys.stderr)
            time.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, 5)


def work(task):
    """Your work. What it returns is the task's result; what it raises is the attempt's error.

    It may come a second time for the same task: when this program dies, or is cut off for longer
    than the lease.
    """
    print(f"{task['task_id']} attempt {task['attempt']}: {task['title']}")
    return {"worked_by": os.uname().nodename}


def work_one(servers, task, lease_seconds):
    path = "/tasks/" + task["task_id"]
    lease = {"lease": task["lease"]}
    done = threading.Event()

    def keep():  # the lease, for as long as the work takes
        while not done.wait(lease_seconds / 3):
            try:
                servers.call(path + "/extend", {**lease, "lease_seconds": lease_seconds}, lease_seconds)
            except (Refused, OSError) as error:
                print(f"{task['task_id']}: not extended: {error}", file=sys.stderr)
                return

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        word, said = "/complete", {"result": work(task)}
    except Exception as error:
        word, said = "/fail", {"error": str(error) or repr(error)}
    finally:
        done.set()
        keeper.join()
    try:
        servers.call(path + word, {**lease, **said}, lease_seconds)
    except Refused as error:
        if error.status != 409:  # the lease was lost: somebody else does it
            raise


def main():
    parser = argparse.ArgumentParser(description="Work the tasks of a pull queue.")
    parser.add_argument("--queue", default="tasks")
    parser.add_argument("--lease", type=int, default=30, help="seconds")
    given = parser.parse_args()
    urls = os.environ.get("ORDO_URL", "http://127.0.0.1:8080").split(",")
    servers = Servers([url.strip().rstrip("/") for url in urls])
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    claim = {"max": 1, "wait_seconds": CLAIM_SECONDS, "lease_seconds": given.lease}
    while not ending.is_set():
        try:
            for task in servers.call(f"/queues/{given.queue}/claim", claim, 60)["tasks"]:
                work_one(servers, task, given.lease)
        except OSError as error:
            # What was claimed and not reported is given to somebody once its lease has ended.
            print(f"no server answers: {error}", file=sys.stderr)
        except Refused as error:
            sys.exit(f"worker.py: {error}")


if __name__ == "__main__":
    main()
