"""The events that Amazon API Gateway makes of HTTP requests, and HTTP answers of what it is told.

Written from AWS's documentation. What it does not say is taken as gateway_event.h of the room aws
names it.
"""

import base64
import json
import urllib.parse

import steps

# A REST API keeps these to itself.
NOT_IN_REST = {"content-length", "connection", "transfer-encoding", "expect"}
OF_THE_GATEWAY = (
    ("X-Amzn-Trace-Id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e"),
    ("X-Forwarded-For", "192.0.2.7"),
    ("X-Forwarded-Port", "443"),
    ("X-Forwarded-Proto", "https"),
)
# An HTTP API takes a body of any other type for bytes.
TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")


def split_target(target):
    for scheme in ("http://", "https://"):
        if target.startswith(scheme):
            target = "/" + target.removeprefix(scheme).partition("/")[2]
    path, _, query = target.partition("?")
    return path, query


def decoded_query(query):
    pairs = []
    for item in query.split("&"):
        if item:
            name, _, value = item.partition("=")
            pairs.append(tuple(urllib.parse.unquote_plus(part) for part in (name, value)))
    return pairs


def by_name(pairs):
    out = {}
    for name, value in pairs:
        out.setdefault(name, []).append(value)
    return out


def last_of_each(lists):
    return {name: values[-1] for name, values in lists.items()}


def rest_event(request):
    """Payload 1.0, of a REST API with a proxy integration and no binary media types."""
    path, query = split_target(request.target)
    sent = [one for one in request.headers if one[0].lower() not in NOT_IN_REST]
    headers = by_name([*sent, *OF_THE_GATEWAY])
    parameters = by_name(decoded_query(query))
    body = request.body.decode(errors="replace") if request.body else None
    return {
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": request.method,
        "headers": last_of_each(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": last_of_each(parameters) or None,
        "multiValueQueryStringParameters": parameters or None,
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": steps.HOST,
            "httpMethod": request.method,
            "identity": {"sourceIp": "192.0.2.7", "userAgent": "test"},
            "path": "/v1" + path,
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "resourcePath": "/{proxy+}",
            "stage": "v1",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def http_api_event(request):
    """Payload 2.0, of an HTTP API with the stage $default."""
    path, query = split_target(request.target)
    sent = [(name.lower(), value) for name, value in request.headers]
    sent += [(name.lower(), value) for name, value in OF_THE_GATEWAY]
    headers = by_name(sent)
    for name in ("connection", "transfer-encoding", "expect"):
        headers.pop(name, None)
    headers["content-length"] = [str(len(request.body or b""))]
    cookies = headers.pop("cookie", None)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        # Decoded, and a "?" in it ends it.
        "rawPath": urllib.parse.unquote(path).partition("?")[0],
        "rawQueryString": query,
        "headers": {name: ",".join(values) for name, values in headers.items()},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "abcdef1234",
            "domainName": steps.HOST,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.7",
                "userAgent": "test",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [one.strip() for value in cookies for one in value.split(";")]
    if query:
        parameters = by_name(decoded_query(query))
        event["queryStringParameters"] = {name: ",".join(all_) for name, all_ in parameters.items()}
    if request.body:
        event["body"], event["isBase64Encoded"] = text_or_base64(headers, request.body)
    return event


def text_or_base64(headers, body):
    kind = headers.get("content-type", [""])[0].strip().lower()
    if kind.startswith(TEXT_TYPES):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def answer_of(text):
    """Status, header fields and body of what a function answered, in either format."""
    told = json.loads(text)
    fields = list(told.get("headers", {}).items())
    for name, values in told.get("multiValueHeaders", {}).items():
        fields += [(name, value) for value in values]
    fields += [("Set-Cookie", value) for value in told.get("cookies", [])]
    body = told.get("body", "")
    body = base64.b64decode(body) if told.get("isBase64Encoded") else body.encode()
    return told["statusCode"], fields, body
