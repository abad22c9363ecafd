# SPDX-License-Identifier: Apache-2.0
"""A strict reader of OpenMetrics text: what is not as the specification has it raises.

https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
"""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)')
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|Inf)|NaN")
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


class Wrong(Exception):
    """What a strict reader would refuse."""


class Family:
    def __init__(self, name):
        self.name, self.kind, self.help, self.unit = name, None, None, None
        self.samples = {}  # (name, labels in order) -> value, in order


def read_labels(text):
    labels, rest = [], text or ""
    if text == "":
        raise Wrong("empty braces")
    while rest:
        match = LABEL.match(rest)
        if not match or (match[3] == "," and match.end() == len(rest)):
            raise Wrong(f"labels: {text}")
        value = re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], match[2])
        labels.append((match[1], value))
        rest = rest[match.end():]
    if len({name for name, _ in labels}) != len(labels):
        raise Wrong(f"a label twice: {text}")
    return tuple(labels)


def read_metadata(families, line):
    parts = line.split(" ", 3)
    if len(parts) != 4 or parts[1] not in ("HELP", "TYPE", "UNIT"):
        raise Wrong(line)
    name = parts[2]
    if not re.fullmatch(NAME, name):
        raise Wrong(line)
    if not families or families[-1].name != name:
        families.append(Family(name))
    family, what = families[-1], {"HELP": "help", "TYPE": "kind", "UNIT": "unit"}[parts[1]]
    if getattr(family, what) is not None or family.samples:
        raise Wrong(f"twice, or after samples: {line}")
    setattr(family, what, parts[3])
    if what == "kind" and parts[3] not in SUFFIXES:
        raise Wrong(f"type: {line}")
    if what == "unit" and not name.endswith("_" + parts[3]):
        raise Wrong(f"unit: {line}")


def read_sample(families, line):
    match = SAMPLE.fullmatch(line)
    if not match or not NUMBER.fullmatch(match[3]):
        raise Wrong(line)
    family = families[-1] if families else None
    if not family or match[1] not in [family.name + end for end in SUFFIXES[family.kind]]:
        raise Wrong(f"not under its family: {line}")
    key = match[1], read_labels(match[2])
    if key in family.samples:
        raise Wrong(f"twice: {line}")
    family.samples[key] = float(match[3])
    if family.kind != "gauge" and float(match[3]) < 0:
        raise Wrong(f"negative: {line}")


def check_histogram(family):
    groups = {}
    for (name, labels), value in family.samples.items():
        rest = tuple(label for label in labels if label[0] != "le")
        group = groups.setdefault(rest, {"buckets": []})
        if name.endswith("_bucket"):
            group["buckets"].append((float(dict(labels)["le"]), value))
        else:
            group[name.removeprefix(family.name)] = value
    for labels, group in groups.items():
        bounds, counts = zip(*group["buckets"])
        if list(bounds) != sorted(set(bounds)) or bounds[-1] != float("inf"):
            raise Wrong(f"buckets of {labels}: {bounds}")
        if list(counts) != sorted(counts) or counts[-1] != group["_count"]:
            raise Wrong(f"counts of {labels}: {counts}")
        if "_sum" not in group:
            raise Wrong(f"no sum of {labels}")


def parse(text):
    """{family's name: Family}, or Wrong."""
    if not text.endswith("# EOF\n"):
        raise Wrong("no end")
    families = []
    for line in text.removesuffix("# EOF\n").splitlines():
        (read_metadata if line.startswith("# ") else read_sample)(families, line)
    names = [family.name for family in families]
    if len(set(names)) != len(names):
        raise Wrong(f"a family twice: {names}")
    for family in families:
        if family.kind is None or family.help is None:
            raise Wrong(f"{family.name}: no type, or no help")
        if family.name.endswith("_total"):
            raise Wrong(f"{family.name}: the suffix is its samples'")
        if family.kind == "histogram":
            check_histogram(family)
    return {family.name: family for family in families}
