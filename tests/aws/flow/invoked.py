"""AWS Lambda's Invoke for user functions that are Python here."""

import http.server
import json
import re
import threading
import urllib.parse
import uuid

from emulator import front
from permissions import Call

POLL_S = 0.01  # how soon the server hears that it is over


class FunctionError(Exception):
    """What the function fails with, as its runtime would report it."""

    def __init__(self, body):
        super().__init__(body)
        self.body = body


class Refusal(Exception):
    """Lambda does not call the function."""

    def __init__(self, status, code):
        super().__init__(code)
        self.status = status
        self.code = code


class UserFunctions:
    """Functions by name; each is called with the event and returns JSON, or text as it is."""

    def __init__(self):
        self.functions = {}
        functions = self.functions

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refusal = front().permissions.refusal(Call.of(self, body))
                if refusal:
                    return self.send(*refusal)
                event = json.loads(body)
                path = re.fullmatch(r"/2015-03-31/functions/([^/]+)/invocations", self.path)
                name = urllib.parse.unquote(path[1]) if path else ""
                if name not in functions:
                    return self.answer(404, {"Message": name}, "ResourceNotFoundException")
                try:
                    return self.answer(200, functions[name](event))
                except FunctionError as error:
                    return self.answer(200, error.body, failed=True)
                except Refusal as refusal:
                    return self.answer(refusal.status, {"Message": "no"}, refusal.code)

            def answer(self, status, said, code=None, failed=False):
                body = said if isinstance(said, str) else json.dumps(said)
                headers = [
                    ("Content-Type", "application/json"),
                    ("x-amzn-RequestId", str(uuid.uuid4())),
                    ("X-Amz-Executed-Version", "$LATEST"),
                ]
                if code:
                    headers.append(("x-amzn-ErrorType", code))
                if failed:
                    headers.append(("X-Amz-Function-Error", "Unhandled"))
                self.send(status, headers, body.encode())

            def send(self, status, headers, body):
                self.send_response_only(status)
                for name, value in [*headers, ("Content-Length", str(len(body)))]:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # who was killed hangs up

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(POLL_S,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
