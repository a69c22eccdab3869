"""Prints requests and how botocore signs them, as JSON: what our own signer must do as well.

The awkward parts are combined, then shuffled by a fixed seed, so that each run prints the same.
"""

import datetime
import itertools
import json
import random
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

TIMES = [datetime.datetime(2015, 8, 30, 12, 36, 0), datetime.datetime(2026, 12, 31, 23, 59, 59)]
SERVICES = [
    ("sqs", "eu-central-1", "sqs.eu-central-1.amazonaws.com"),
    ("lambda", "us-east-1", "127.0.0.1:4566"),
    ("s3", "us-west-2", "a-bucket.s3.us-west-2.amazonaws.com"),
    ("s3", "cn-north-1", "localhost:9000"),
]
TOKENS = ["", "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22w==", "short+/="]
# Names as people give them; each is encoded once for the wire.
PATHS = [
    "/",
    "/key",
    "/a b/c",
    "/a+b",
    "/a%b",
    "/a%20b",
    "/a:b:c",
    "/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f/invocations",
    "/\u4e16\u754c/\u00e4.json",
    "/\U0001f642",
    "/a//b///c",
    "//leading",
    "/trailing/",
    "/~tilde-._",
    "/!$&'()*,;=@",
    "/a\"<>[]\\^`{|}#?",
]
QUERIES = [
    [],
    [("b", "2"), ("a", "1")],
    [("acl", None)],
    [("list-type", "2"), ("prefix", "a/b c"), ("start-after", ""), ("max-keys", "10")],
    [("k", "z"), ("k", "a"), ("k", "A"), ("K", "b")],
    [("Param-3", "v"), ("Param", "w"), ("Param.", "x")],
    [("\u4e16", "\u00e4"), ("a+b", "c d"), ("p%q", "50%"), ("eq", "a=b&c")],
    [("colon", "a:b/c?d")],
]
HEADERS = [
    [],
    [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "AmazonSQS.SendMessage")],
    [("x-amz-meta-a", "  many    spaces   "), ("x-amz-meta-ab", "1"), ("X-Amz-Meta-A-B", "2")],
    [("X-Amz-Acl", "private"), ("X-Amz-Acl", "second"), ("User-Agent", "not signed")],
]
BODIES = ["", "{}", '{"text":"\u4e16\u754c"}', "Action=Publish&Message=a%20b"]
MAX_CASES = 400


def encoded(text, keep=""):
    return urllib.parse.quote(text, safe="-_.~" + keep)


def wire_query(parameters):
    return "&".join(
        encoded(name) if value is None else f"{encoded(name)}={encoded(value)}"
        for name, value in parameters
    )


def signed(time, service, token, path, query, headers, body, method):
    name, region, host = service
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    wire_path = encoded(path, keep="/")
    url = f"https://{host}{wire_path}" + (f"?{wire_query(query)}" if query else "")
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body.encode())
    request.headers["Host"] = host
    for key, value in headers:
        request.headers.add_header(key, value)
    credentials = botocore.credentials.Credentials("AKIDEXAMPLE", secret, token or None)
    kind = botocore.auth.S3SigV4Auth if name == "s3" else botocore.auth.SigV4Auth
    botocore.auth.get_current_datetime = lambda *_: time
    kind(credentials, name, region).add_auth(request)
    return {
        "service": name,
        "region": region,
        "token": token,
        "secret": secret,
        "time": time.isoformat() + "Z",
        "method": method,
        "path": wire_path,
        "query": wire_query(query),
        "headers": [["Host", host]] + [list(one) for one in headers],
        "body": body,
        "authorization": request.headers["Authorization"],
    }


def main():
    shuffled = random.Random(4)
    parts = list(
        itertools.product(TIMES, SERVICES, TOKENS, PATHS, QUERIES, HEADERS, BODIES, ["GET", "PUT"])
    )
    chosen = shuffled.sample(parts, MAX_CASES)
    print(json.dumps([signed(*one) for one in chosen]))


main()
