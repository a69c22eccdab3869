"""The emulator of AWS that these tests run against, and clients of it.

It is the one that ORDO_AWS_URL names, as under ./dev test, otherwise moto's server, started from
the virtual environment in ORDO_AWS_EMULATOR for as long as these tests run.
"""

import atexit
import ctypes
import functools
import os
import re
import signal
import subprocess
import tempfile
import time
import uuid

import boto3
import botocore.config

from front import Front
from permissions import TESTS

START_PATIENCE_S = 60
PR_SET_PDEATHSIG = 1
# moto keeps regions apart, so that its backups of tables are small; no other test uses this one.
REGION = "eu-north-1"


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _start(environment):
    log = tempfile.NamedTemporaryFile("w+", suffix=".moto")
    server = subprocess.Popen(
        [f"{environment}/bin/python", "-I", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        preexec_fn=_die_with_parent,
    )
    atexit.register(_end, server)
    end = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < end and server.poll() is None:
        with open(log.name) as lines:
            said = lines.read()
        named = re.search(r"^ \* Running on (http:\S+)$", said, re.MULTILINE)
        if named:
            return named[1]
        time.sleep(0.02)
    raise RuntimeError(f"the emulator of AWS does not start:\n{said}")


def _end(server):
    server.kill()
    server.wait()


@functools.cache
def front():
    url = os.environ.get("ORDO_AWS_URL")
    if not url and "ORDO_AWS_EMULATOR" not in os.environ:
        raise RuntimeError("set ORDO_AWS_URL, or ORDO_AWS_EMULATOR (scripts/aws_emulator.sh)")
    return Front(url or _start(os.environ["ORDO_AWS_EMULATOR"]))


@functools.cache
def client(service, access_key_id=TESTS, url=None):
    options = {"s3": {"addressing_style": "path"}} if service == "s3" else {}
    return boto3.client(
        service,
        endpoint_url=url or front().url,
        region_name=REGION,
        aws_access_key_id=access_key_id,
        aws_secret_access_key="test",
        config=botocore.config.Config(
            retries={"total_max_attempts": 1}, max_pool_connections=32, **options
        ),
    )


def unique_name(what):
    return f"{what}-{uuid.uuid4().hex[:16]}"
