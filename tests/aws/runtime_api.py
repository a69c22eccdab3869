#!/usr/bin/env python3
"""A small AWS Lambda Runtime API for one function, written from AWS's documentation alone.

    runtime_api.py PROGRAM [ARGUMENT ...] < steps

Starts PROGRAM with AWS_LAMBDA_RUNTIME_API in its environment, goes through the steps, a JSON
object a line, and writes what it hears, a JSON object a line, on its standard output. The
program's own output goes to standard error. Steps:

    {"invoke": EVENT}    hands out an invocation and waits for what comes of it. EVENT is a text that
                         is sent as it is, or any other JSON. Beside it: "trace_id", "timeout_ms",
                         and "refuse": statuses with which its first posts are answered
    {"next": STATUS}     answers the next call for an invocation with that status
    {"hang_up": true}    closes the connection of the next call for an invocation, unanswered
    {"signal": NUMBER}   sends the program a signal while it waits for an invocation
    {"close": true}      no more connections are taken, and the one that waits is closed

After the last step the program is told that it is over (410), unless it has been sent a signal.
Heard are:

    {"heard": "ready", "ms": …}     the first call for an invocation, so long after the start
    {"heard": "response" | "error" | "init_error", "status": the one it was answered with,
     "request_id", "bytes", "body" (the start of it), "content_type", "error_type"}
    {"heard": "exit", "code": …}    minus the signal's number, if one ended it
    {"heard": "nothing"}            the program keeps silent; it is killed
"""

import http.server
import json
import os
import queue
import socket
import subprocess
import sys
import threading
import time
import uuid

ROOT = "/2018-06-01/runtime/"
MAX_ANSWER_BYTES = 6 * 1024 * 1024
MAX_TOLD_CHARACTERS = 64 * 1024
PATIENCE_S = 60
DEFAULT_TIMEOUT_MS = 30_000
# After these the program has nothing more to say of the invocation.
FINAL = {202, 400, 403, 410, 500}


class Function:
    """The program and where its invocation stands."""

    def __init__(self, told_characters=MAX_TOLD_CHARACTERS):
        self.told_characters = told_characters
        self.lock = threading.Lock()
        self.handouts = queue.Queue()  # steps for those who call for an invocation
        self.heard = queue.Queue()
        self.asking = threading.Semaphore(0)  # raised by each call for an invocation
        self.request_id = None  # of the invocation under way
        self.refuse = []
        self.got_ready = False
        self.started = time.monotonic()

    def ask(self):
        """A call for an invocation: its step, or None when it is not due."""
        with self.lock:
            if self.request_id is not None:
                return None
            if not self.got_ready:
                self.got_ready = True
                ms = (time.monotonic() - self.started) * 1000
                self.heard.put({"heard": "ready", "ms": round(ms, 1)})
        self.asking.release()
        return self.handouts.get()

    def begin(self, step):
        with self.lock:
            self.request_id = str(uuid.uuid4())
            self.refuse = list(step.get("refuse", []))
            return self.request_id

    def take(self, kind, request_id, body, headers):
        """A post of the program: the status of the answer."""
        with self.lock:
            if kind == "init_error":
                status = 403 if self.got_ready else 202
            elif request_id != self.request_id:
                status = 400
            elif self.refuse:
                status = self.refuse.pop(0)
            elif len(body) > MAX_ANSWER_BYTES:
                status = 413
            else:
                status = 202
            if status in FINAL:
                self.request_id = None
        text = body.decode(errors="replace")
        self.heard.put(
            {
                "heard": kind,
                "status": status,
                "request_id": request_id,
                "bytes": len(body),
                "body": text[: self.told_characters],
                "content_type": headers.get("Content-Type"),
                "error_type": headers.get("Lambda-Runtime-Function-Error-Type"),
            }
        )
        return status


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    function = None  # set before the server starts

    def do_GET(self):
        if self.path != ROOT + "invocation/next":
            return self.answer(404, b"{}")
        step = self.function.ask()
        if step is None:
            return self.answer(403, b'{"errorType":"InvalidStateTransition","errorMessage":""}')
        if "invoke" in step:
            return self.hand_out(step)
        if "next" in step:
            return self.answer(step["next"], b'{"errorType":"Test","errorMessage":"as told"}')
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
        return None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = self.path.removeprefix(ROOT).split("/")
        if parts == ["init", "error"]:
            status = self.function.take("init_error", None, body, self.headers)
        elif len(parts) == 3 and parts[0] == "invocation" and parts[2] in ("response", "error"):
            status = self.function.take(parts[2], parts[1], body, self.headers)
        else:
            status = 404
        answer = {"status": "OK"} if status == 202 else {"errorType": "Test", "errorMessage": ""}
        return self.answer(status, json.dumps(answer).encode())

    def hand_out(self, step):
        event = step["invoke"]
        text = event if isinstance(event, str) else json.dumps(event)
        deadline = int(time.time() * 1000) + step.get("timeout_ms", DEFAULT_TIMEOUT_MS)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": self.function.begin(step),
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:xx-1:123456789012:function:f",
        }
        if "trace_id" in step:
            headers["Lambda-Runtime-Trace-Id"] = step["trace_id"]
        self.answer(200, text.encode(), headers)

    def answer(self, status, body, headers=None):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the program may hang up when it likes


def tell(heard):
    print(json.dumps(heard), flush=True)


def hear_of(function, kinds):
    """Tells what is heard until one of these kinds has ended; False when the program has."""
    while True:
        try:
            heard = function.heard.get(timeout=PATIENCE_S)
        except queue.Empty:
            heard = {"heard": "nothing"}
        tell(heard)
        if heard["heard"] in ("exit", "nothing"):
            return False
        if heard["heard"] in kinds and heard["status"] in FINAL:
            return True


def go_through(function, server, process, steps):
    """False when the program has ended, or is not heard of any more."""
    signalled = False
    asked = 0
    for step in steps:
        if "signal" in step or "close" in step:
            # It waits: it has asked once more than it was answered.
            for _ in range(asked + 1):
                function.asking.acquire(timeout=PATIENCE_S)
            signalled = True
        if "signal" in step:
            process.send_signal(step["signal"])
            continue
        if "close" in step:
            server.shutdown()
            server.socket.close()
        function.handouts.put(step)
        asked += 1
        if "invoke" in step and not hear_of(function, ("response", "error")):
            return False
    if not signalled:
        function.handouts.put({"next": 410})
    while hear_of(function, ()):
        pass
    return True


def main():
    steps = [json.loads(line) for line in sys.stdin if line.strip()]
    function = Function()
    Api.function = function
    server = Server(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = os.environ | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}"}
    function.started = time.monotonic()
    process = subprocess.Popen(
        sys.argv[1:], env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr
    )

    def wait():
        function.heard.put({"heard": "exit", "code": process.wait()})

    threading.Thread(target=wait, daemon=True).start()
    try:
        go_through(function, server, process, steps)
    finally:
        process.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
