"""What stands before the emulator of AWS: it passes calls on, one at a time, and does what moto
leaves out.

- One at a time: moto keeps its state in Python objects without locks, and a transaction that fails
  puts back a whole table as it was before. With several callers things would be lost that AWS
  keeps.
- SQS remembers for five minutes which deduplication ids a FIFO queue has taken, also of messages
  that were deleted. moto compares with what is in the queue at the moment.
- IAM: a function may do what the table says (permissions.py), and the rest is refused.

A test can also have calls go wrong, and look at what has been sent to queues.
"""

import http.client
import http.server
import json
import socket
import threading
import time
import urllib.parse

from permissions import Call, Permissions

REMEMBERED_S = 300
PATIENCE_S = 60
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class Front:
    def __init__(self, emulator_url):
        self.permissions = Permissions()
        self._upstream = urllib.parse.urlsplit(emulator_url).netloc
        self._turn = threading.Lock()
        self._connection = http.client.HTTPConnection(self._upstream, timeout=PATIENCE_S)
        self._taken = {}  # (queue's URL, deduplication id) to (when, the entry of the answer)
        self._swallowed = {}  # queue's URL to the deduplication ids that were taken for repetitions
        self._faults = []  # (action, what) of calls to come
        front = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = -1  # an answer goes out in one piece

            def _any(self):
                front._handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _any

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # who was killed hangs up

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def lose_answer(self, action):
        """The next call of this action is done, but the caller is not told."""
        self._faults.append((action, "lose"))

    def refuse(self, action, times):
        """So many calls of this action are answered with 503, undone."""
        self._faults.extend([(action, "refuse")] * times)

    def faults_left(self):
        """How many of these have not come to pass."""
        return len(self._faults)

    def forget_faults(self):
        self._faults.clear()

    def swallowed(self, queue_url):
        """What SQS has taken for repetitions, by deduplication id."""
        return list(self._swallowed.get(_path(queue_url), []))

    def forget_repetitions(self, queue_url):
        """As if five minutes had passed."""
        for key in [key for key in self._taken if key[0] == _path(queue_url)]:
            del self._taken[key]

    def _handle(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        call = Call.of(request, body)
        fault = None
        with self._turn:
            answer = self.permissions.refusal(call)
            if not answer:
                fault = next((what for action, what in self._faults if action == call.action), None)
                if fault:
                    self._faults.remove((call.action, fault))
                answer = self.permissions.as_told(call, self._answer(request, call, fault))
        if fault == "lose":
            request.close_connection = True
            return
        status, headers, content = answer
        request.send_response_only(status)
        for name, value in headers:
            request.send_header(name, value)
        if status != 204:
            length = len(content)
            if request.command == "HEAD":
                length = dict((n.lower(), v) for n, v in headers).get("x-length", 0)
            request.send_header("Content-Length", str(length))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(content)
        request.wfile.flush()

    def _answer(self, request, call, fault):
        if fault == "refuse":
            return 503, [("Content-Type", "application/json")], b'{"__type":"Unavailable"}'
        if call.action == "SendMessageBatch":
            return self._send_batch(request, json.loads(call.body))
        return self._pass_on(request, call.body)

    def _pass_on(self, request, body):
        headers = {n: v for n, v in request.headers.items() if n.lower() not in HOP_BY_HOP}
        headers["Content-Length"] = str(len(body))
        try:
            return self._ask(request, body, headers)
        except (http.client.HTTPException, ConnectionError):
            # A connection that had been idle for long.
            self._connection.close()
            return self._ask(request, body, headers)

    def _ask(self, request, body, headers):
        if self._connection.sock:
            # The emulator writes an answer in two pieces, the second once it hears of the first.
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        self._connection.request(request.command, request.path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        kept = []
        for name, value in response.getheaders():
            if name.lower() == "content-length":
                kept.append(("X-Length", value))
            elif name.lower() not in HOP_BY_HOP:
                kept.append((name, value))
        return response.status, kept, content

    def _send_batch(self, request, call):
        queue = _path(call["QueueUrl"])
        now = time.monotonic()
        repeated = []
        fresh = []
        for entry in call["Entries"]:
            taken = self._taken.get((queue, entry.get("MessageDeduplicationId")))
            if taken and now - taken[0] < REMEMBERED_S:
                repeated.append(taken[1] | {"Id": entry["Id"]})
                self._swallowed.setdefault(queue, []).append(entry["MessageDeduplicationId"])
            else:
                fresh.append(entry)
        if not fresh:
            headers = [("Content-Type", "application/x-amz-json-1.0")]
            return 200, headers, json.dumps({"Successful": repeated}).encode()
        body = json.dumps(call | {"Entries": fresh}).encode()
        status, headers, content = self._pass_on(request, body)
        if status != 200:
            return status, headers, content
        said = json.loads(content)
        by_id = {entry["Id"]: entry for entry in fresh}
        for entry in said.get("Successful", []):
            wanted = by_id[entry["Id"]].get("MessageDeduplicationId")
            if wanted:
                self._taken[(queue, wanted)] = (now, entry)
        said["Successful"] = said.get("Successful", []) + repeated
        return status, headers, json.dumps(said).encode()


def _path(queue_url):
    return urllib.parse.urlsplit(queue_url).path
