# SPDX-License-Identifier: Apache-2.0
"""The same TLS endpoints asked by testssl.sh and by popseal verify: the time of both, and whether
they say the same of protocol versions, chain, expiry and name.

Most endpoints are `openssl s_server` processes (tests/cli/tlspeers.py); one is a real Dovecot,
where the lab of tests/interop is there.
"""
import contextlib
import dataclasses
import importlib
import json
import os
import pathlib
import re
import sys
import tempfile

import peers
import rig

TESTSSL_SECONDS = 600
# testssl.sh's ids, and the names that popseal has for them
VERSIONS = {"SSLv3": "SSLv3", "TLS1": "TLSv1", "TLS1_1": "TLSv1.1", "TLS1_2": "TLSv1.2",
            "TLS1_3": "TLSv1.3"}


@dataclasses.dataclass
class Endpoint:
    """Where both ask, by which name, with which root to trust."""
    title: str
    address: str
    port: int
    stls: bool
    name: str
    root: pathlib.Path
    netns: str = ""


@dataclasses.dataclass
class Answer:
    """What one of the two says of an endpoint."""
    versions: list
    chain: bool     # it is whole, trusted and in date
    in_date: bool
    name: bool

    def differences(self, other):
        return [f"{field.name}: {getattr(self, field.name)} and {getattr(other, field.name)}"
                for field in dataclasses.fields(self)
                if getattr(self, field.name) != getattr(other, field.name)]


def cli(name):
    """A module of tests/cli, which wants to know where popseal is."""
    os.environ.setdefault("POPSEAL", rig.POPSEAL)
    folder = str(rig.SOURCE / "tests" / "cli")
    if folder not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(name)


# title, leaf, by STLS, s_server's words
SERVERS = (
    ("good", "good", False, ()),
    ("expired, from TLS 1.0 on", "expired", True, ("-min_protocol", "TLSv1")),
    ("another name, TLS 1.2", "wrong-name", False, ("-tls1_2",)),
    ("without its intermediate, TLS 1.3", "no-intermediate", True, ("-tls1_3",)),
)


@contextlib.contextmanager
def s_server(title, leaf, by_stls, words):
    fakeserver, speers, pki = cli("fakeserver"), cli("tlspeers"), cli("tlspki")
    refusal = "-ERR [AUTH] TLS first."
    behave = fakeserver.Pop3(
        {"CAPA": fakeserver.capa("STLS", "UIDL"), "STLS": fakeserver.stls, "USER": refusal,
         "AUTH": refusal}, over_tls={"CAPA": fakeserver.capa("USER", "UIDL"), "USER": "+OK",
                                     "PASS": "-ERR [AUTH] Wrong."})
    secure = speers.SServer(pki.pki().leaf(leaf), *words)
    with fakeserver.FakeServer(behave, tls=not by_stls, secure=secure) as server:
        yield Endpoint(title, server.address, server.port, by_stls, pki.NAME, pki.pki().root)


@contextlib.contextmanager
def dovecot():
    """Debian's Dovecot in the lab's namespaces; nothing where there is no lab."""
    sys.path.append(str(rig.SOURCE / "tests" / "interop"))
    lab = importlib.import_module("lab")
    if os.geteuid() != 0 or not (lab.LAB / "bookworm" / ".stamp").exists() or lab.unusable():
        yield None
        return
    authority, servers = importlib.import_module("authority"), importlib.import_module("servers")
    variant = next(each for each in servers.login_variants()
                   if each.title == "dovecot23/old-versions")
    variant = dataclasses.replace(variant, files={**variant.files, **authority.files()})
    with lab.running(variant) as instance:
        yield Endpoint("Dovecot, from TLS 1.0 on", instance.address, lab.TLS_PORT, False,
                       authority.NAME, authority.root(), instance.client_ns)


def testssl(plan, endpoint):
    """(seconds, what it says)"""
    words, env = plan.peers.script("testssl")
    within = ["ip", "netns", "exec", endpoint.netns] if endpoint.netns else []
    with tempfile.TemporaryDirectory(prefix="popseal-bench-") as folder:
        result = pathlib.Path(folder) / "result.json"
        words = within + words + [
            "--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "-p", "-S",
            "--add-ca", str(endpoint.root), "--jsonfile", str(result), "--ip", endpoint.address]
        words += ["--starttls", "pop3"] if endpoint.stls else []
        seconds, text = rig.timed(words + [f"{endpoint.name}:{endpoint.port}"], "testssl.sh",
                                  range(246), seconds=TESTSSL_SECONDS, env=env)
        if not result.exists():
            raise rig.Broken(f"testssl.sh of {endpoint.title}: {text.strip()[-300:]}")
        found = {each["id"]: each["finding"] for each in json.loads(result.read_text())}
    missing = {*VERSIONS, "cert_trust", "cert_chain_of_trust", "cert_expirationStatus"} - set(found)
    if missing:
        raise rig.Broken(f"testssl.sh of {endpoint.title} says nothing of {', '.join(missing)}: "
                         f"{found.get('scanProblem', text.strip()[-200:])}")
    return seconds, Answer(
        [word for key, word in VERSIONS.items() if re.match("(weak )?offered", found[key])],
        found["cert_chain_of_trust"].startswith("passed"),
        not found["cert_expirationStatus"].startswith("expired"),
        found["cert_trust"].startswith("Ok via"))


def popseal(endpoint):
    """(seconds, what it says)"""
    words = [rig.POPSEAL, "verify", "--format", "jsonl", "--no-store", "--no-progress",
             "--expect", "tls,cert,days>=0,name", "--ca", str(endpoint.root),
             "--tls-name", endpoint.name]
    words += ["--netns", endpoint.netns] if endpoint.netns else []
    mode = "pop3" if endpoint.stls else "pop3s"
    seconds, text = rig.timed(words + [f"{mode}://{endpoint.address}:{endpoint.port}"], "popseal",
                              (0, 1, 2))
    records = [json.loads(line) for line in text.splitlines()]
    states = {each["name"]: each["state"] == "met" for each in records
              if each["type"] == "expectation"}
    tls = next(each["tls"] for each in records if each["type"] == "endpoint")
    if not tls or "days>=0" not in states:
        raise rig.Broken(f"popseal of {endpoint.title}: {text[-300:]}")
    return seconds, Answer([name for name, outcome in tls["versions"].items()
                            if outcome == "taken"], states["cert"], states["days>=0"],
                           states["name"])


def endpoints(plan):
    """Each in turn, up while it is asked; fewer of them for a quick look."""
    for row in SERVERS[:2] if plan.runs == 1 else SERVERS:
        with s_server(*row) as endpoint:
            yield endpoint
    if plan.runs > 1:
        with dovecot() as endpoint:
            if endpoint:
                yield endpoint


def measure(plan, line):
    """Fills in the line: seconds over all endpoints, once each."""
    if not rig.has_command("verify"):
        raise peers.Missing("this popseal has no verify")
    plan.peers.script("testssl")  # without it nothing need be started
    ours = theirs = 0.0
    titles = []
    for endpoint in endpoints(plan):
        seconds, said = popseal(endpoint)
        ours += seconds
        seconds, right = testssl(plan, endpoint)
        theirs += seconds
        titles.append(f"{endpoint.title} {ours:.1f}/{theirs:.0f} s")
        differences = said.differences(right)
        line.wrong(differences and f"{endpoint.title}: popseal and testssl.sh differ: "
                                   + "; ".join(differences))
    line.note = line.note or (f"{len(titles)} endpoints, same versions, chain, expiry and name; "
                              f"so far: {', '.join(titles)}")
    return line.settle([ours], [theirs])
