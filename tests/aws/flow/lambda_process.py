"""The Lambda program as AWS runs it: a process under a Runtime API."""

import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import runtime_api  # noqa: E402

PATIENCE_S = 60
POLL_S = 0.01  # how soon a server hears that it is over
MAX_TOLD = 6 * 1024 * 1024


def program():
    path = os.environ.get("ORDO_LAMBDA_PROGRAM")
    if not path:
        raise RuntimeError("set ORDO_LAMBDA_PROGRAM to the program ordo-lambda")
    return path


class Ended(Exception):
    """The process ended before it had answered."""


class Failed(Exception):
    """The function answered with an error."""

    def __init__(self, type_, message):
        super().__init__(f"{type_}: {message}")
        self.type = type_
        self.message = message


class LambdaProcess:
    """One execution environment of a function: invocations one at a time, as on AWS."""

    def __init__(self, handler, environment):
        self._turn = threading.Lock()
        self.function = runtime_api.Function(told_characters=MAX_TOLD)
        of_this = {"function": self.function, "disable_nagle_algorithm": True}
        api = type("Api", (runtime_api.Api,), of_this)
        self.server = runtime_api.Server(("127.0.0.1", 0), api)
        threading.Thread(target=self.server.serve_forever, args=(POLL_S,), daemon=True).start()
        self._log = tempfile.NamedTemporaryFile("w+", prefix=f"{handler}-", suffix=".log")
        self.process = subprocess.Popen(
            [program(), handler],
            env=environment | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}"},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self):
        self.function.heard.put({"heard": "exit", "code": self.process.wait()})

    def hear(self, *kinds):
        """The next that is heard of these kinds."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                heard = self.function.heard.get(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise Ended(f"nothing is heard of it: {self.log()}") from None
            if heard["heard"] in kinds:
                return heard
            if heard["heard"] == "exit":
                self.function.heard.put(heard)
                raise Ended(f"it ended with {heard['code']}: {self.log()}")

    def invoke(self, event, timeout_ms=60_000):
        """What the function answers, from JSON; Failed or Ended otherwise."""
        with self._turn:
            self.function.handouts.put({"invoke": event, "timeout_ms": timeout_ms})
            heard = self.hear("response", "error")
        if heard["status"] != 202:
            raise AssertionError(f"the answer was not one that Lambda takes: {heard}")
        answer = json.loads(heard["body"])
        if heard["heard"] == "error":
            if heard["error_type"] != answer["errorType"]:
                raise AssertionError(f"two types of one error: {heard}")
            raise Failed(answer["errorType"], answer["errorMessage"])
        return answer

    def log(self):
        return pathlib.Path(self._log.name).read_text()

    def log_lines(self):
        """The lines that are JSON."""
        lines = []
        for line in self.log().splitlines():
            if line.startswith("{"):
                lines.append(json.loads(line))
        return lines

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def close(self):
        """It ends, as execution environments do, with SIGKILL if it must."""
        if self.process.poll() is None:
            self.kill()
        self.server.shutdown()
        self.server.server_close()
        self._log.close()
