"""Who may call what: infra/permissions.json, held against the calls that functions make.

The emulator lets everybody do everything. Here a function's access key id is its handler's name,
and what the table does not allow it is answered as AWS answers.
"""

import collections
import dataclasses
import json
import pathlib
import re
import urllib.parse

TABLE = pathlib.Path(__file__).resolve().parents[3] / "infra" / "permissions.json"
TESTS = "test"  # the access key id of the tests themselves, which may do everything
ACCOUNT = "123456789012"

Need = collections.namedtuple("Need", "action service name part")
Use = collections.namedtuple("Use", "function action resource")

# What a part of a transaction needs; all else needs the action of its own name.
PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


@dataclasses.dataclass(frozen=True)
class Call:
    """A signed call, by whom it is and what it needs."""

    caller: str
    service: str
    action: str  # of those that name it in a header
    method: str
    path: str
    query: str
    body: bytes

    @classmethod
    def of(cls, request, body):
        """`request`: as http.server has it."""
        signed = re.match(
            r"AWS4-HMAC-SHA256 Credential=([^/]*)/\d+/[^/]+/([^/]+)/aws4_request\b",
            request.headers.get("Authorization", ""),
        )
        caller, service = signed.groups() if signed else ("nobody", "")
        path, _, query = request.path.partition("?")
        action = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        return cls(caller, service, action, request.command, path, query, body)

    def needs(self):
        makers = {
            "dynamodb": self._of_dynamodb,
            "sqs": self._of_sqs,
            "sns": self._of_sns,
            "s3": self._of_s3,
            "lambda": self._of_lambda,
        }
        return makers.get(self.service, self._unknown)()

    def _unknown(self):
        # No table allows it.
        return [Need(f"{self.service}:{self.method}", self.service, self.path, "")]

    def _of_dynamodb(self):
        said = json.loads(self.body)
        if self.action.startswith("Transact"):
            pairs = [next(iter(one.items())) for one in said["TransactItems"]]
            wanted = [(PARTS[kind], part["TableName"], "") for kind, part in pairs]
        elif self.action.startswith("Batch"):
            wanted = [(self.action, table, "") for table in said["RequestItems"]]
        else:
            index = said.get("IndexName")
            wanted = [(self.action, said["TableName"], f"/index/{index}" if index else "")]
        return [Need(f"dynamodb:{one}", "dynamodb", table, part) for one, table, part in wanted]

    def _of_sqs(self):
        queue = urllib.parse.urlsplit(json.loads(self.body)["QueueUrl"]).path
        return [Need(f"sqs:{self.action.removesuffix('Batch')}", "sqs", queue, "")]

    def _of_sns(self):
        form = dict(urllib.parse.parse_qsl(self.body.decode()))
        return [Need(f"sns:{form['Action']}", "sns", form["TopicArn"], "")]

    def _of_s3(self):
        """Of paths that begin with the bucket; of objects and lists of them, and nothing else."""
        bucket, _, key = self.path[1:].partition("/")
        if key:
            actions = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject"}
            known = not self.query
        else:
            actions = {"GET": "ListBucket"}
            known = "list-type=2" in self.query.split("&")
        if not known or self.method not in actions:
            return self._unknown()
        return [Need(f"s3:{actions[self.method]}", "s3", bucket, "/*" if key else "")]

    def _of_lambda(self):
        path = re.fullmatch(r"/2015-03-31/functions/([^/]+)/invocations", self.path)
        if self.method != "POST" or not path:
            return self._unknown()
        return [Need("lambda:InvokeFunction", "lambda", urllib.parse.unquote(path[1]), "")]


class Permissions:
    def __init__(self):
        # By function, then by kind of thing: the actions that the program itself calls.
        self.program = json.loads(TABLE.read_text())["program"]
        self.used = set()
        self._kinds = {}  # (service, name) to what the table calls it
        self._denials = []

    def know(self, service, name, kind):
        """What the table calls a thing that has this name."""
        self._kinds[service, name] = kind

    def all_of_program(self):
        return {
            Use(function, action, resource)
            for function, resources in self.program.items()
            for resource, actions in resources.items()
            for action in actions
        }

    def refusal(self, call):
        """The answer to a call that is not allowed."""
        if call.caller == TESTS:
            return None
        for need in call.needs():
            if not self._takes(call, need):
                return _denied(call, need)
        return None

    def as_told(self, call, answer):
        """Only who may list a bucket is told of a key that it is not there."""
        if call.service != "s3" or call.caller == TESTS or answer[0] != 404:
            return answer
        (need,) = call.needs()
        of_bucket = need._replace(action="s3:ListBucket", part="")
        return answer if self._takes(call, of_bucket) else _denied(call, need)

    def take_denials(self):
        """What was refused since, each once: a program may ask again, or go on without."""
        denials = list(dict.fromkeys(self._denials))
        self._denials.clear()
        return denials

    def _takes(self, call, need):
        resource = self._kinds.get((need.service, need.name), need.name) + need.part
        if need.action in self.program.get(call.caller, {}).get(resource, []):
            self.used.add(Use(call.caller, need.action, resource))
            return True
        self._denials.append(f"{call.caller}: {need.action} on {resource} ({need.name})")
        return False


def _denied(call, need):
    user = f"arn:aws:sts::{ACCOUNT}:assumed-role/{call.caller}/{call.caller}"
    message = (
        f"User: {user} is not authorized to perform: {need.action} on resource: "
        f"{need.name}{need.part} because no identity-based policy allows the {need.action} action"
    )
    if call.service in ("s3", "sns"):
        return _denied_in_xml(call.service, message)
    headers = [("Content-Type", "application/x-amz-json-1.0")]
    if call.service == "lambda":
        headers = [
            ("Content-Type", "application/json"),
            ("x-amzn-ErrorType", "AccessDeniedException"),
        ]
        return 403, headers, json.dumps({"Message": message}).encode()
    if call.service == "sqs":
        headers.append(("x-amzn-query-error", "AccessDenied;Sender"))
    type_ = "com.amazon.coral.service#AccessDeniedException"
    return 400, headers, json.dumps({"__type": type_, "Message": message}).encode()


def _denied_in_xml(service, message):
    if service == "s3":
        body = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"
    else:
        body = (
            '<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error>'
            f"<Type>Sender</Type><Code>AuthorizationError</Code><Message>{message}</Message>"
            "</Error><RequestId>8e03978e-40d5-43dd-bc93-6894a57f9324</RequestId></ErrorResponse>"
        )
    return 403, [("Content-Type", "application/xml")], f'<?xml version="1.0"?>{body}'.encode()
