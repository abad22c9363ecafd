# SPDX-License-Identifier: Apache-2.0
"""The lines of the table: each measures one thing, beside its floor or peer in the same run."""
import collections
import dataclasses
import operator
import re

import memory
import peers
import rig
import silence
import testssl
import trees
import wire


@dataclasses.dataclass
class Line:
    """One line of the table. ratio is measured / floor, or measured itself where there is none."""
    name: str
    title: str
    unit: str
    target: str  # "R >= 0.9": of the ratio; "M <= 2048": of what was measured
    measured: float | None = None
    floor: float | None = None
    ratio: float | None = None
    state: str = "ok"  # or WRONG, skipped
    note: str = ""
    runs: dict = dataclasses.field(default_factory=dict)

    def settle(self, measured, floor=()):
        """Takes the single runs of both sides."""
        self.runs = {"measured": list(measured), "floor": list(floor)}
        self.measured = rig.median(measured)
        if floor:
            self.floor = rig.median(floor)
            self.ratio = self.measured / self.floor
        return self

    def met(self):
        """Whether the target is reached; None where nothing was measured."""
        what, sign, number = self.target.split()
        value = self.ratio if what == "R" else self.measured
        if self.state != "ok" or value is None:
            return None if self.state == "skipped" else False
        compare = {">=": operator.ge, "<=": operator.le}[sign]
        return compare(value, float(number))

    def wrong(self, problem):
        if problem and self.state == "ok":
            self.state, self.note = "WRONG", problem


def sweep_rate(hosts):
    words = [rig.TOOLS / "sweep", rig.NETWORK, hosts, rig.PORT, rig.CONCURRENCY]
    _, text = rig.timed(list(map(str, words)), "sweep")
    found = dict(word.split("=") for word in text.split())
    if int(found["permits"]) + int(found["refuses"]) != hosts:
        raise rig.Broken(f"the floor lost hosts: {text.strip()}")
    return float(found["rate"])


def gentle(plan, runs, line, *farm_options):
    hosts, ours, floor = plan.hosts, [], []
    with rig.farm(*farm_options):
        for _ in range(runs):
            floor.append(sweep_rate(hosts))
            seconds, records = rig.scan(rig.network(hosts), jobs=plan.jobs)
            ours.append(hosts / seconds)
            line.wrong(rig.wrong_records(records, rig.NETWORK, hosts))
    line.note = line.note or f"{hosts} hosts, every verdict checked"
    return line.settle(ours, floor)


def measure_gentle(plan):
    line = Line("gentle", "gentle depth, against a bare epoll client", "hosts/s", "R >= 0.9")
    return [gentle(plan, plan.runs, line)]


def measure_pipelining(plan):
    line = Line("pipelining", "the same, where servers list PIPELINING", "hosts/s", "R >= 1.0")
    return [gentle(plan, min(plan.runs, 3), line, "--pipelining")]


def nmap_rate(plan, hosts):
    words = plan.peers.command("nmap") + [
        "-n", "-Pn", "-T5", "-p", str(rig.PORT), "--script", "pop3-capabilities",
        "--max-retries", "0", "--min-hostgroup", "4096", "--min-parallelism", "512",
        "-oN", "-", rig.network(hosts)]
    seconds, text = rig.timed(words, "nmap")
    return hosts / seconds, len(re.findall(r"^\|_?\s*pop3-capabilities:", text, re.M))


def measure_nmap(plan):
    line = Line("nmap", "gentle depth, against nmap's pop3-capabilities", "hosts/s", "R >= 5")
    hosts, ours, floor, answers = plan.hosts // 4, [], [], []
    with rig.farm():
        for _ in range(min(plan.runs, 3)):
            rate, answered = nmap_rate(plan, hosts)
            floor.append(rate)
            answers.append(answered)
            seconds, records = rig.scan(rig.network(hosts), jobs=plan.jobs)
            ours.append(hosts / seconds)
            line.wrong(rig.wrong_records(records, rig.NETWORK, hosts))
    line.note = line.note or f"{hosts} hosts; nmap got {min(answers)} capability lists, no verdict"
    return [line.settle(ours, floor)]


def measure_masscan(plan):
    """Both ask over a veth pair: masscan has a TCP stack of its own, which loopback cannot carry."""
    complete = Line("masscan-answers", "hosts answered, against masscan --banners", "hosts",
                    f"M >= {plan.hosts}")
    speed = Line("masscan-time", "hosts/s from start to end, against masscan", "hosts/s",
                 "R >= 1.0")
    ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for _ in range(min(plan.runs, 3)):
        with wire.pair() as pair:
            seconds, answered = wire.masscan(plan.peers.command("masscan"), pair, plan.hosts)
            theirs["answers"].append(answered)
            theirs["rate"].append(plan.hosts / seconds)
        with wire.pair():  # masscan leaves connections behind, which the farm would still hold
            seconds, records = rig.scan(wire.network(plan.hosts), jobs=plan.jobs)
            problem = rig.wrong_records(records, wire.FARM_NETWORK, plan.hosts)
            ours["answers"].append(wire.answered(records))
            ours["rate"].append(plan.hosts / seconds)
            complete.wrong(problem)
            speed.wrong(problem)
    speed.note = speed.note or f"masscan at {wire.PACKETS_A_SECOND} packets/s, waiting 3 s at the end"
    return [complete.settle(ours["answers"], theirs["answers"]),
            speed.settle(ours["rate"], theirs["rate"])]


def measure_connections(plan):
    """Bytes a connection that waits: the slope, so that what popseal itself takes cancels out."""
    lines = []
    for name, title, options in (
            ("memory-greeting", "memory a connection that waits for its greeting",
             ("--silent", 1)),
            ("memory-questions", "memory a connection that waits behind CAPA",
             ("--stop-after-capa",))):
        line = Line(name, title, "bytes", "M <= 2048")
        with rig.farm(*options):
            slopes = [memory.slope(line.runs) for _ in range(min(plan.runs, 3))]
        totals = "; ".join(f"{count}: {total >> 10} KiB" for count, total in line.runs.items())
        line.note = f"PSS of all processes, --jobs 1, at {totals}"
        lines.append(line.settle(slopes))
    return lines


def measure_targets(plan):
    lines = []
    for name, title, feed in (
            ("targets-cidr", "memory's growth over targets from a CIDR", memory.from_network),
            ("targets-pipe", "memory's growth over targets from a pipe", memory.from_pipe)):
        line = Line(name, title, "KiB", "M <= 1024")
        first, last = feed(plan.seconds, plan.targets)
        line.settle([(last.memory - first.memory) / 1024])
        line.note = (f"most in either half: {first.memory >> 10} KiB at {first.targets} targets, "
                     f"{last.memory >> 10} KiB at {last.targets}")
        lines.append(line)
    return lines


def measure_silence(plan):
    """A thousandth of the hosts says nothing: the others must not wait for them."""
    answering = Line("silent-others", "last answering host, one in 1000 silent", "s", "R <= 1.05")
    whole = Line("silent-whole", "whole scan, against that plus one greeting timeout", "s",
                 "R <= 1.0")
    ours, floor, total = [], [], []
    for _ in range(min(plan.runs, 3)):
        with rig.farm():
            plain = silence.scan(plan, 0)
        with rig.farm("--silent", silence.EVERY):
            mixed = silence.scan(plan, silence.EVERY)
        for line in (answering, whole):
            line.wrong(plain.wrong or mixed.wrong)
        floor.append(plain.last_answer)
        ours.append(mixed.last_answer)
        total.append(mixed.whole)
    answering.note = answering.note or f"{plan.hosts} hosts, --timeout {silence.TIMEOUT}"
    limits = [seconds + silence.TIMEOUT for seconds in floor]
    return [answering.settle(ours, floor), whole.settle(total, limits)]


def wrong_tls(records):
    """Whether each host's STLS and implicit TLS came up."""
    for record in records:
        if record["type"] == "endpoint" and not (record["tls"] or {}).get("version"):
            return f"{record['subject']}: no TLS"
        if record["type"] == "endpoint" and record["port"] == rig.TLS_PORT:
            if record["reason"] != "tls-only":
                return f"{record['subject']}: {record['reason']}, not tls-only"
    return None


def tls_rate(hosts):
    words = [rig.TOOLS / "tlsfloor", rig.NETWORK, hosts, rig.PORT, rig.TLS_PORT, 512]
    _, text = rig.timed(list(map(str, words)), "tlsfloor")
    found = dict(word.split("=") for word in text.split())
    if int(found["handshakes"]) != 2 * hosts:
        raise rig.Broken(f"the floor lost handshakes: {text.strip()}")
    return float(found["rate"])


def tls_line(plan, name, title, kind):
    line, hosts = Line(name, title, "handshakes/s", "R >= 0.7"), plan.hosts // 32
    ours, floor = [], []
    with rig.farm("--pem", rig.certificate(kind), "--tls-port", rig.TLS_PORT):
        for _ in range(min(plan.runs, 3)):
            floor.append(tls_rate(hosts))
            seconds, records = rig.scan(rig.network(hosts), port=f"{rig.PORT},{rig.TLS_PORT}s",
                                        depth="standard", jobs=plan.jobs, concurrency=512)
            ours.append(2 * hosts / seconds)
            line.wrong(rig.wrong_records(records, rig.NETWORK, hosts) or wrong_tls(records))
    line.note = line.note or f"{hosts} hosts, STLS and implicit TLS on each, one process the farm"
    return line.settle(ours, floor)


def measure_tls(plan):
    return [tls_line(plan, "tls-ec", "standard depth with TLS, P-256 key", "ec"),
            tls_line(plan, "tls-rsa", "standard depth with TLS, RSA-2048 key", "rsa:2048")]


def measure_testssl(plan):
    line = Line("testssl", "verify of an endpoint, against testssl.sh -p -S", "s", "R <= 0.1")
    return [testssl.measure(plan, line)]


def measure_audit(plan):
    speed = Line("audit", "audit of Debian's Dovecot layout, against doveconf -n", "trees/s",
                 "R >= 20")
    memory_line = Line("audit-memory", "memory of that audit at its most", "KiB", "M <= 32768")
    return trees.measure(plan, speed, memory_line)


MEASURES = {
    "gentle": measure_gentle,
    "pipelining": measure_pipelining,
    "nmap": measure_nmap,
    "masscan": measure_masscan,
    "connections": measure_connections,
    "targets": measure_targets,
    "silence": measure_silence,
    "tls": measure_tls,
    "testssl": measure_testssl,
    "audit": measure_audit,
}


def measure(name, plan):
    """The lines of one measure; one that cannot be taken is skipped, or WRONG, with the reason."""
    try:
        return MEASURES[name](plan)
    except peers.Missing as error:
        return [Line(name, name, "", "M >= 0", state="skipped", note=str(error))]
    except rig.Broken as error:
        return [Line(name, name, "", "M >= 0", state="WRONG", note=str(error))]
