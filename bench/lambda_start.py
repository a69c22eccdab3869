#!/usr/bin/env python3
"""How long the Lambda program takes from its start to its first call for an invocation.

    ./dev bench start [HANDLER]

Beside it: a program that does nothing, started the same way until it has ended. And the program's
size, as it is and without its symbols.
"""

import http.server
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time

STARTS = 30
PATIENCE_S = 30
SETTINGS = {
    "AWS_REGION": "eu-north-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "ORDO_TASKS_TABLE": "tasks",
    "ORDO_ORDERS_TABLE": "orders",
    "ORDO_RESULTS_BUCKET": "results",
    "ORDO_QUEUES": '{"tasks":{"url":"https://sqs.eu-north-1.amazonaws.com/1/tasks.fifo",'
    '"dead_letter_url":"https://sqs.eu-north-1.amazonaws.com/1/tasks-dead.fifo"}}',
}


class Asked(http.server.BaseHTTPRequestHandler):
    times = queue.Queue()

    def do_GET(self):
        self.times.put((time.perf_counter(), self.path))
        time.sleep(PATIENCE_S)  # there is no invocation; the program is killed meanwhile

    def log_message(self, *_):
        pass


def ms_until_asked(command, environment):
    begin = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
    try:
        asked, path = Asked.times.get(timeout=PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    if not path.endswith("/runtime/invocation/next"):
        raise RuntimeError(f"it asked for {path}")
    return (asked - begin) * 1000


def ms_until_ended(command, environment):
    begin = time.perf_counter()
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - begin) * 1000


def told(name, times):
    times = sorted(times)
    median = times[len(times) // 2]
    p95 = times[int(len(times) * 0.95)]
    print(f"{name:24} median {median:6.1f} ms   p95 {p95:6.1f} ms   of {len(times)} starts")


def size_told(program):
    size = os.stat(program).st_size
    with tempfile.TemporaryDirectory() as directory:
        stripped = pathlib.Path(directory) / "stripped"
        subprocess.run(["strip", "-o", stripped, program], check=True)
        without = stripped.stat().st_size
    print(f"size {size / 1e6:.1f} MB, stripped {without / 1e6:.1f} MB")


def main():
    if not 2 <= len(sys.argv) <= 3:
        print(__doc__, file=sys.stderr)
        return 2
    program = sys.argv[1]
    handler = sys.argv[2] if len(sys.argv) > 2 else "processor"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    inherited = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "ORDO_"))}
    environment = inherited | SETTINGS
    environment["AWS_LAMBDA_RUNTIME_API"] = f"127.0.0.1:{server.server_port}"
    ours, nothing = [], []
    for _ in range(STARTS):
        ours.append(ms_until_asked([program, handler], environment))
        nothing.append(ms_until_ended(["true"], environment))
    told(f"{pathlib.Path(program).name} {handler}", ours)
    told("true", nothing)
    size_told(program)
    return 0


if __name__ == "__main__":
    sys.exit(main())
