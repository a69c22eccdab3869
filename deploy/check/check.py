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


# A database that is silent ends a stop that much later: what is sent has 15 s, a connection 5 s to
# each host, and the last words on the leases as much as that.
HANGS = 40


def stop_of(text):
    return seconds(tomllib.loads(text)["server"]["drain_timeout"]) + HANGS


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
    stop = stop_of((ROOT / "deploy/compose/ordo.toml").read_text())
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and not (ROOT / source).is_file():
                yield f"compose.yaml: {name}: there is no {source}"
        if name.startswith("ordo-") and seconds(service["stop_grace_period"]) <= stop:
            yield f"compose.yaml: {name}: stop_grace_period is not more than {stop} s"
    wanted = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    if wanted != offered:
        yield f".env.example and compose.yaml do not agree on {sorted(wanted ^ offered)}"


def probes_of(container):
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield kind, container[kind]["httpGet"]


def secrets_of(container):
    for one in container["env"]:
        if "valueFrom" in one and "secretKeyRef" in one["valueFrom"]:
            yield one["name"], one["valueFrom"]["secretKeyRef"]


def migration(deployed, user):
    job = yaml.safe_load((ROOT / "deploy/kubernetes/migrate.yaml").read_text())
    pod = job["spec"]["template"]["spec"]
    container = pod["containers"][0]
    if container["image"] != deployed["image"]:
        yield f"migrate.yaml: its image is not {deployed['image']}"
    if pod["securityContext"]["runAsUser"] != user:
        yield "migrate.yaml: runAsUser is not the image's user"
    if dict(secrets_of(container)) != dict(secrets_of(deployed)):
        yield "migrate.yaml: its secrets are not those of ordo.yaml"


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
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1]) + stop_of(config)
    if pod["terminationGracePeriodSeconds"] <= waits:
        yield f"ordo.yaml: terminationGracePeriodSeconds is not more than {waits}"
    for kind, ask in probes_of(container):
        if ask["path"] not in PATHS or ask["port"] not in ports:
            yield f"ordo.yaml: {kind}: there is no {ask['path']} on {ask['port']}"
    # The image's own variable is stronger than the configuration.
    listens = {one["name"]: one.get("value") for one in container["env"]}["ORDO_SERVER_LISTEN"]
    if listens != f"0.0.0.0:{ports['http']}" or "listen" in tomllib.loads(config)["server"]:
        yield f"ordo.yaml: it listens on {listens}, if nothing else says so"
    yield from migration(container, user)
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
