#!/usr/bin/env python3
"""What the schemas of compose and Kubernetes cannot know: that the files agree with each other and
with the program.  check.py ROOT OPENAPI"""
import json
import pathlib
import re
import sys
import tomllib

import yaml

ROOT = pathlib.Path(sys.argv[1])
PATHS = json.loads(pathlib.Path(sys.argv[2]).read_text())["paths"]


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def drain_of(text):
    return seconds(tomllib.loads(text)["server"]["drain_timeout"])


def image():
    dockerfile = (ROOT / "Dockerfile").read_text()
    version = re.search(r"project\(ordo VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]
    label = re.search(r'image\.version="([^"]*)"', dockerfile)[1]
    if label != version:
        yield f"Dockerfile: the label says version {label}, CMakeLists.txt {version}"
    user = re.search(r"^ordo_user=(\d+)", (ROOT / "scripts/image.sh").read_text(), re.M)[1]
    if not re.search(rf"^USER {user}:{user}$", dockerfile, re.M):
        yield f"Dockerfile: USER is not {user}, which scripts/image.sh makes"


def compose():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    drain = drain_of((ROOT / "deploy/compose/ordo.toml").read_text())
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and not (ROOT / source).is_file():
                yield f"compose.yaml: {name}: there is no {source}"
        if name.startswith("ordo-") and seconds(service["stop_grace_period"]) <= drain:
            yield f"compose.yaml: {name}: stop_grace_period is not more than drain_timeout"
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    if wanted != offered:
        yield f".env.example and compose.yaml do not agree on {sorted(wanted ^ offered)}"


def probes_of(container):
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield kind, container[kind]["httpGet"]


def kubernetes():
    user = int(re.search(r"^USER (\d+):", (ROOT / "Dockerfile").read_text(), re.M)[1])
    text = (ROOT / "deploy/kubernetes/ordo.yaml").read_text()
    things = {thing["kind"]: thing for thing in yaml.safe_load_all(text)}
    deployment = things["Deployment"]["spec"]
    pod = deployment["template"]["spec"]
    labels = deployment["template"]["metadata"]["labels"].items()
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    config = things["ConfigMap"]["data"]["ordo.toml"]
    if pod["securityContext"]["runAsUser"] != user:
        yield "ordo.yaml: runAsUser is not the image's user"
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1]) + drain_of(config)
    if pod["terminationGracePeriodSeconds"] <= waits:
        yield f"ordo.yaml: terminationGracePeriodSeconds is not more than {waits}"
    for kind, ask in probes_of(container):
        if ask["path"] not in PATHS or ask["port"] not in ports:
            yield f"ordo.yaml: {kind}: there is no {ask['path']} on {ask['port']}"
    listens = tomllib.loads(config)["server"]["listen"]
    if listens != f"0.0.0.0:{ports['http']}":
        yield f"ordo.yaml: the configuration listens on {listens}"
    selectors = {
        "Deployment": deployment["selector"]["matchLabels"],
        "Service": things["Service"]["spec"]["selector"],
        "PodDisruptionBudget": things["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": things["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    }
    for kind, wanted in selectors.items():
        if not wanted.items() <= labels:
            yield f"ordo.yaml: {kind} selects {wanted}, which the pods are not"
    if things["Service"]["spec"]["ports"][0]["targetPort"] not in ports:
        yield "ordo.yaml: the Service leads to a port that is not there"


found = [*image(), *compose(), *kubernetes()]
print("\n".join(found))
sys.exit(1 if found else 0)
