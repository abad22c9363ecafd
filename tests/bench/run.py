#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""run - measures popseal against floors and peers, on this machine, in one run.

usage: run.py [--quick | --long] [--jobs N] [--runs N] [MEASURE...]

Prints a table, and writes it with every single run to build/bench.json. It fails nothing: a
target that is missed is told, a peer that cannot be had is skipped. Needs root, or user namespaces.
"""
import argparse
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess
import sys
import time

import lines
import peers
import rig

RESULT = rig.BUILD / "bench.json"


@dataclasses.dataclass
class Plan:
    """How much is measured."""
    hosts: int
    runs: int
    jobs: int | None
    seconds: float  # of each scan for memory over targets
    targets: int
    peers: peers.Peers


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a quarter of the hosts, once")
    parser.add_argument("--long", action="store_true", help="10 million targets, however long")
    parser.add_argument("--jobs", type=int, help="popseal's worker processes (default: its own)")
    parser.add_argument("--runs", type=int, help="runs of each side (default: 5, of slow ones 3)")
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=", ".join(lines.MEASURES))
    options = parser.parse_args()
    if set(options.measures) - set(lines.MEASURES):
        parser.error(f"the measures are {', '.join(lines.MEASURES)}")
    return options


def make_plan(options):
    return Plan(hosts=1 << 14 if options.quick else 1 << 16,
                runs=options.runs or (1 if options.quick else 5),
                jobs=options.jobs,
                seconds=3600 if options.long else 5 if options.quick else 30,
                targets=10_000_000,
                peers=peers.Peers(rig.SOURCE, rig.WORK / "peers"))


def first(pattern, path):
    match = re.search(pattern, pathlib.Path(path).read_text(), re.M)
    return match[1] if match else None


def output(*words):
    done = subprocess.run(words, capture_output=True, text=True, cwd=rig.SOURCE)
    return done.stdout.strip() if done.returncode == 0 else None


def compiler():
    """What meson compiled with, and how: a debug build measures nothing."""
    commands = json.loads((rig.BUILD / "compile_commands.json").read_text())
    version = output(shlex.split(commands[0]["command"])[0], "--version") or "?"
    options = json.loads((rig.BUILD / "meson-info" / "intro-buildoptions.json").read_text())
    values = {option["name"]: option["value"] for option in options}
    return {"version": version.splitlines()[0], "buildtype": values["buildtype"],
            "sanitize": values["b_sanitize"]}


def machine():
    return {
        "cpu": first(r"^model name\s*:\s*(.*)", "/proc/cpuinfo") or platform.machine(),
        "cores": os.cpu_count(),
        "cores_used": len(os.sched_getaffinity(0)),
        "memory_kib": int(first(r"^MemTotal:\s+(\d+)", "/proc/meminfo")),
        "kernel": platform.release(),
        "compiler": compiler(),
        "commit": output("git", "describe", "--always", "--dirty", "--abbrev=12"),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def number(value):
    if value is None:
        return "-"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:,.0f}"


HEAD = ("line", "measured", "floor", "ratio", "target", "", "unit")
LAYOUT = "{:<16} {:>9} {:>9} {:>7} {:>11}  {:<7} {}"


def print_line(line):
    met = {True: "met", False: "MISSED", None: ""}[line.met()]
    state = met if line.state == "ok" else line.state
    target = "" if line.measured is None else line.target
    print(LAYOUT.format(line.name, number(line.measured), number(line.floor), number(line.ratio),
                        target, state, line.unit))
    spreads = [f"{side} ±{50 * rig.spread(values):.0f} %"
               for side, values in line.runs.items() if isinstance(values, list) and len(values) > 1]
    for text in (line.title, line.note, ", ".join(spreads)):
        if text:
            print(f"    {text}")


def as_json(line):
    fields = dataclasses.asdict(line)
    spreads = {side: rig.spread(values) for side, values in line.runs.items() if values}
    return {**fields, "spread": spreads, "met": line.met()}


def main():
    options = read_options()
    rig.WORK.mkdir(parents=True, exist_ok=True)
    if not os.environ.get(rig.INSIDE):
        make_plan(options)  # the peers' packages come through the network that is left behind
    rig.enter_namespace()
    plan, host, began, results = make_plan(options), machine(), time.monotonic(), []
    print(f"{host['cpu']}, {host['cores_used']} of {host['cores']} cores, "
          f"{host['memory_kib'] >> 20} GiB, Linux {host['kernel']}\n"
          f"{host['compiler']['version']} ({host['compiler']['buildtype']}), "
          f"popseal {host['commit']}, {host['time']}\n")
    print(LAYOUT.format(*HEAD))
    for name in options.measures or lines.MEASURES:
        for line in lines.measure(name, plan):
            results.append(as_json(line))
            print_line(line)
            sys.stdout.flush()
    RESULT.write_text(json.dumps({"schema": 1, "machine": host, "lines": results}, indent=1) + "\n")
    print(f"\n{RESULT} written; {time.monotonic() - began:.0f} s")


main()
