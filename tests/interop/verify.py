#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold popseal verify against real servers: each expectation, and a login by each mechanism.

usage: verify.py [--list | --truth] [--jobs N] [NAME ...]

NAME is a server or server/variant. What is right is measured first, by logins and
handshakes of Python's own: which mechanisms work with the right password and with a wrong one, and
which versions of TLS come up. Prints TAP. Environment and skips as run.py has them.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import ssl
import subprocess
import sys
import time
import traceback

import authority
import checks
import lab
import logins
import run
import servers
import truth

VERIFY_SECONDS = 180
STOP_SECONDS = 20
EXPECT = ("refuses", "tls", "tls>=1.2", "cert", "days>=30", "name", "login",
          "cleartext-port-closed")
SELF_SIGNED = "self-signed"         # what tools/lab made, which no root vouches for
VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
WORDS = {"SSLv3": "SSLv3", "TLSv1": "1.0", "TLSv1.1": "1.1", "TLSv1.2": "1.2", "TLSv1.3": "1.3"}
UNKNOWN = set()                     # mechanisms that popseal does not speak
# Cyrus binds by tls-unique, which TLS 1.3 does not define: nobody can tell why it refuses.
UNBOUND = {("cyrus", "SCRAM-SHA-1-PLUS"), ("cyrus", "SCRAM-SHA-256-PLUS")}

# Of the variants that run.py has: those that differ in what verify has to say.
SHARED = (
    "dovecot23/cleartext", "dovecot23/optional", "dovecot23/required", "dovecot23/default",
    "dovecot23/trap", "dovecot23/only-995", "dovecot23/trusted-network", "dovecot24/cleartext",
    "dovecot24/optional", "dovecot24/required", "dovecot24/only-995", "cyrus/cleartext",
    "cyrus/optional", "cyrus/required", "cyrus/only-995", "courier/cleartext", "courier/optional",
    "courier/required", "courier/broken", "courier/only-995", "mailutils/cleartext",
    "mailutils/optional", "mailutils/required", "mailutils/only-995", "popa3d/cleartext",
    "stunnel/only-995", "stunnel/stls", "nginx/off", "nginx/on", "nginx/only", "nginx/only-995",
    "perdition/cleartext", "perdition/optional", "perdition/required", "perdition/only-995",
)
# With a certificate that is not as it should be.
BAD = (("dovecot23/required", "expired"), ("dovecot23/required", "other"),
       ("dovecot23/required", SELF_SIGNED), ("mailutils/optional", "expired"),
       ("courier/optional", "other"), ("nginx/only", SELF_SIGNED))


@dataclasses.dataclass(frozen=True)
class Case:
    variant: lab.Variant
    leaf: str = "good"

    @property
    def title(self):
        return self.variant.title + (f" ({self.leaf})" if self.leaf != "good" else "")

    @property
    def trusted(self):
        return self.leaf == "good"

    def signed(self):
        """The variant with its certificate in place of the lab's."""
        if self.leaf == SELF_SIGNED:
            return self.variant
        files = {**self.variant.files, **authority.files(self.leaf)}
        return dataclasses.replace(self.variant, files=files)


def all_cases():
    by_title = {variant.title: variant for variant in servers.all_variants()}
    yield from (Case(by_title[title]) for title in SHARED)
    yield from (Case(by_title[title], leaf) for title, leaf in BAD)
    yield from map(Case, servers.login_variants())


def main():
    options = parse_options()
    cases = chosen(options.names)
    if os.environ.get("POPSEAL_SANITIZED") == "1" and not options.names:
        cases = cases[::3]
    if options.list:
        print(*(case.title for case in cases), sep="\n")
        return 0
    reason = lab.unusable() or run.unpacked()
    popseal = None if options.truth else run.find_popseal()
    if not reason and not options.truth and not popseal:
        reason = "popseal is not built"
    if reason:
        return run.skip_all(cases, reason)
    lab.install_cleanup()
    lab.sweep()
    authority.folder()
    return run_all(cases, popseal, options.jobs)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print the variants' names")
    parser.add_argument("--truth", action="store_true", help="measure only; popseal is not asked")
    parser.add_argument("--jobs", type=int, default=10, help="variants at a time (default 10)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="server or server/variant")
    return parser.parse_args()


def chosen(names):
    only = os.environ.get("POPSEAL_INTEROP_ONLY", "")
    names = set(names) or {name.strip() for name in only.split(",") if name.strip()}
    return [case for case in all_cases()
            if not names or names & {case.variant.title, case.variant.server}]


def run_all(cases, popseal, jobs):
    number = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(jobs, 1)) as pool:
        pending = [pool.submit(run_one, case, popseal) for case in cases]
        for done in concurrent.futures.as_completed(pending):
            result = done.result()
            for check in result.checks:
                number += 1
                failed += not check.passed
                print(check.tap(number), flush=True)
            for port, found in result.measured.items():
                print(f"# {result.case.title} {port}: TLS {' '.join(found.versions)}; "
                      f"{' '.join(found.working)}")
    print(f"1..{number}\n# {number - failed} passed, {failed} failed")
    return 1 if failed else 0


def run_one(case, popseal):
    """One variant from start to stop. Whatever goes wrong is a failed check, never a crash."""
    result = Result(case)
    try:
        with lab.running(case.signed()) as instance:
            result.measured = measure(case, instance)
            result.check_measured()
            if popseal:
                ask(result, instance, popseal)
    except Exception:
        result.add("lab", False, traceback.format_exc())
    return result


class Result:
    """All that came out of one case."""

    def __init__(self, case):
        self.case = case
        self.measured = {}
        self.checks = []

    def add(self, title, passed, detail=""):
        self.checks.append(checks.Check(f"{self.case.title} {title}", bool(passed), detail))

    def check_measured(self):
        """That each mechanism takes the right password only: else nothing below means anything."""
        for port, found in self.measured.items():
            for name, (right, wrong) in sorted(found.logins.items()):
                self.add(f"{port} {name}: tells passwords apart",
                         truth.is_ok(right) == (name not in found.useless)
                         and not truth.is_ok(wrong), f"right: {right}; wrong: {wrong}")


# ---- what is so

@dataclasses.dataclass
class Port:
    """What was measured of TLS on one port."""
    versions: list = dataclasses.field(default_factory=list)    # "1.2", ...
    # mechanism: the replies to the right password and to a wrong one
    logins: dict = dataclasses.field(default_factory=dict)

    @property
    def modern(self):
        return bool(self.versions) and not {"1.0", "1.1"} & set(self.versions)

    @property
    def useless(self):
        """Listed, but not taken with the right password either (Dovecot's USER without PLAIN)."""
        return {name for name, (right, _) in self.logins.items() if not truth.is_ok(right)}

    @property
    def working(self):
        return [name for name in self.logins if name not in self.useless]


# Dovecot lists USER whatever its mechanisms are.
USELESS = {("dovecot23/challenge-only", "USER"), ("dovecot24/challenge-only", "USER")}


def measure(case, instance):
    """{port: Port} of the ports that have TLS."""
    ports = [lab.TLS_PORT] if case.variant.tls_port else []
    ports += [lab.CLEAR_PORT] if case.variant.stls in ("optional", "required") else []
    return {port: measure_port(case, instance, port) for port in sorted(ports)}


def measure_port(case, instance, port):
    anchors = certificate_of(case)
    found = Port([name for name, version in VERSIONS.items()
                  if comes_up(instance, port, anchors, version)])
    for name in listed(instance, port, anchors):
        found.logins[name] = tuple(
            logins.attempt(instance, port, name, secret, *anchors)
            for secret in (logins.secret_of(name), "wrong-" + logins.secret_of(name)))
    useless = {name for title, name in USELESS if title == case.variant.title}
    if found.useless != useless & set(found.logins):
        raise lab.LabError(f"port {port}: {found.logins}")
    return found


def certificate_of(case):
    """(anchors, name) by which Python's own session comes up; (None, None): unchecked."""
    return (authority.root(), authority.NAME) if case.trusted else (None, None)


def listed(instance, port, anchors):
    known = [name for name in logins.listed(instance, port, *anchors) if name in logins.MECHANISMS]
    # Servers without CAPA, or without USER in it, take USER all the same.
    return known or ["USER"]


def comes_up(instance, port, anchors, version):
    try:
        with logins.Session(instance, port, *anchors, only=version):
            return True
    except (OSError, lab.LabError):
        return False


def expected(case, measured, port):
    """{name: states that are right} of one endpoint; None among them: no such line."""
    variant, host = case.variant, bool(measured)
    clear = port == lab.CLEAR_PORT
    permits = clear and variant.verdict == "permits"
    right = {"refuses": {"unmet" if permits else "met"}}
    if clear:
        right["cleartext-port-closed"] = {"unmet" if variant.serves_clear else "met"}
    else:
        right["cleartext-port-closed"] = {None}
    if port in measured:
        return {**right, **expected_tls(case, measured[port])}
    names = ("tls>=1.2", "cert", "days>=30", "name")
    if host:
        return {**right, "tls": {None, "met"}, "login": {None}, **{name: {None} for name in names}}
    # Neither STLS that says +OK and fails nor a port that is closed is TLS.
    broken = {"undetermined"} if variant.stls == "broken" and clear else set()
    return {**right, "tls": {"unmet"} | broken, "login": {"undetermined", None},
            **{name: {"unmet", None} | broken for name in names}}


def expected_tls(case, found):
    good, leaf = case.trusted, case.leaf
    return {
        "tls": {"met"}, "tls>=1.2": {"met" if found.modern else "unmet"},
        "cert": {"met" if good or leaf == "other" else "unmet"},
        "days>=30": {"unmet" if leaf == "expired" else "met"},
        "name": {"unmet" if leaf == "other" else "met"},
        "login": {"undetermined"} if not good else {"met"} if not found.useless else
                 {"met", "undetermined"},
    }


# ---- what popseal says

def ask(result, instance, popseal):
    asker = Asker(instance, popseal)
    check_all(result, asker)
    if result.case.trusted and result.measured:
        for mechanism in sorted({name for found in result.measured.values()
                                 for name in found.working} - UNKNOWN):
            check_mechanism(result, asker, mechanism)
        check_wrong(result, asker)
        if result.case.variant.title == "dovecot23/required":
            check_nobody(result, asker)
    if not result.case.trusted and result.measured:
        check_insecure(result, asker)
    check_stopped(result, asker)


class Asker:
    """Runs popseal verify from the client's namespace."""

    def __init__(self, instance, popseal):
        self.instance, self.popseal = instance, popseal
        self.netrc = instance.folder / "netrc"
        self.netrc.write_text(f"machine {instance.address} login {lab.USER} "
                              f"password {lab.PASSWORD}\n")
        self.netrc.chmod(0o600)
        self.command = []

    def __call__(self, expect, *words, secret=None, token=None, address=None):
        """(exit code, {(port, name): record}, endpoint records); raises for what is no answer."""
        words = ["--netrc", str(self.netrc)] * (not secret and not token) + list(words)
        self.command = [self.popseal, "verify", "--netns", self.instance.client_ns,
                        "--format", "jsonl", "--no-store", "--expect", expect,
                        "--ca", str(authority.root()), "--tls-name", authority.NAME, *words,
                        address or self.instance.address]
        given = {"POPSEAL_USER": lab.USER} if secret or token else {}
        given.update({"POPSEAL_PASSWORD": secret} if secret else {})
        given.update({"POPSEAL_TOKEN": token} if token else {})
        process = lab.start_tied(self.command, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, env={**os.environ, **given})
        try:
            out, errors = process.communicate(timeout=VERIFY_SECONDS)
        finally:
            lab.end(process)
        return self._read(process.returncode, out, errors)

    def _read(self, code, out, errors):
        for secret in (lab.PASSWORD, logins.TOKEN):
            if secret in out + errors:
                raise AssertionError(f"the secret is in the output of {' '.join(self.command)}")
        if code not in (0, 1, 2):
            raise AssertionError(f"exit {code}: {' '.join(self.command)}: {errors.strip()}")
        records = [json.loads(line) for line in out.splitlines()]
        found, ends = {}, {}
        for record in records:
            if record["type"] == "expectation":
                port = int(record["subject"].rsplit(":", 1)[1])
                found.setdefault((port, record["name"]), record)
            elif record["type"] == "endpoint":
                ends[record["port"]] = record
        self._check_code(code, {record["state"] for record in found.values()})
        return found, ends

    def _check_code(self, code, states):
        right = 1 if "unmet" in states else 2 if "undetermined" in states else 0
        if code != right:
            raise AssertionError(f"exit {code} for {states}: {' '.join(self.command)}")


@contextlib.contextmanager
def reported(result, title):
    """What goes wrong in the block is a failed check."""
    try:
        yield
    except (AssertionError, ValueError, KeyError, subprocess.TimeoutExpired) as error:
        result.add(title, False, f"{type(error).__name__}: {error}")


def check_all(result, asker):
    with reported(result, "verify"):
        found, ends = asker(",".join(EXPECT))
        for port in (lab.CLEAR_PORT, lab.TLS_PORT):
            for name, right in expected(result.case, result.measured, port).items():
                record = found.get((port, name))
                state = record["state"] if record else None
                result.add(f"{port} {name}: {state}", state in right,
                           f"right is {right}: {json.dumps(record)}\n{' '.join(asker.command)}")
            check_versions(result, port, ends)


def check_versions(result, port, ends):
    """The versions that the survey tells are those that Python's handshakes came up with."""
    if port not in result.measured:
        return
    told = ends[port]["tls"]["versions"]
    taken = [WORDS[name] for name, outcome in told.items() if outcome == "taken"]
    result.add(f"{port} versions: {' '.join(taken)}", taken == result.measured[port].versions,
               f"measured: {result.measured[port].versions}; told: {told}")


def check_mechanism(result, asker, mechanism):
    """A login by it is met on each port where it works."""
    with reported(result, f"--mechanism {mechanism}"):
        token = {"token": logins.TOKEN} if mechanism in logins.TOKENS else {}
        found, _ = asker("login", "--depth", "standard", "--no-credential", "--mechanism",
                         mechanism, **token)
        for port, measured in result.measured.items():
            if mechanism in measured.working:
                record = found.get((port, "login"))
                state = record and record["state"]
                used = record and [each["mechanism"] for each in record.get("logins", [])]
                unbound = (result.case.variant.server, mechanism) in UNBOUND
                right = "undetermined" if unbound else "met"
                result.add(f"{port} login by {mechanism}: {state}",
                           state == right and used == [mechanism],
                           f"{json.dumps(record)}\n{' '.join(asker.command)}")


def check_wrong(result, asker):
    """A wrong password is unmet, and says that it is the password."""
    tokens = any(name in logins.TOKENS for found in result.measured.values()
                 for name in found.working)
    for title, given in (("password", {"secret": "wrong-horse-99"}),
                         *[("token", {"token": "wrong-token"})] * tokens):
        with reported(result, f"a wrong {title}"):
            found, _ = asker("login", "--depth", "standard", "--no-credential", **given)
            for port, measured in result.measured.items():
                record = found[port, "login"]
                said = f"{record['state']} ({record['reason']})"
                # Where USER is listed and useless, it may be what was tried.
                right = said == "unmet (wrong-password)" or measured.useless
                result.add(f"{port} a wrong {title}: {said}", right, json.dumps(record))


def check_insecure(result, asker):
    """--insecure logs in all the same, and says so."""
    with reported(result, "--insecure"):
        found, _ = asker("login", "--depth", "standard", "--no-credential", "--insecure")
        for port in result.measured:
            record = found[port, "login"]
            result.add(f"{port} --insecure: {record['state']}",
                       record["state"] == "met" and record["logins"][0]["overridden"],
                       json.dumps(record))


def check_nobody(result, asker):
    """An address where nobody is: undetermined, and no wrong password."""
    with reported(result, "nobody there"):
        found, _ = asker("login,refuses", "--timeout", "5", address="10.77.0.9")
        states = {record["state"] for record in found.values()}
        result.add(f"nobody there: {states}", states <= {"undetermined", "unmet"}
                   and all(record["state"] == "undetermined" for (_, name), record in found.items()
                           if name in ("login", "refuses")), json.dumps(list(found.values())))


def check_stopped(result, asker):
    """The server is gone, its host is not: closed ports, and no wrong password."""
    for process in asker.instance.processes:
        lab.end(process)
    deadline = time.monotonic() + STOP_SECONDS
    while any(lab.is_listening(asker.instance.server_ns, port)
              for port in (lab.CLEAR_PORT, lab.TLS_PORT)) and time.monotonic() < deadline:
        time.sleep(0.05)
    with reported(result, "stopped"):
        found, _ = asker("refuses,tls,login,cleartext-port-closed")
        for port in (lab.CLEAR_PORT, lab.TLS_PORT):
            record = found[port, "refuses"]
            result.add(f"{port} stopped, refuses: {record['state']}", record["state"] == "met",
                       json.dumps(record))
        tls = {record["state"] for (_, name), record in found.items() if name == "tls"}
        result.add(f"stopped, tls: {tls}", tls == {"unmet"}, json.dumps(list(found.values())))
        told = [record for (_, name), record in found.items() if name == "login"]
        result.add("stopped, login", told and all(
            record["state"] == "undetermined" and record["reason"] != "wrong-password"
            for record in told), json.dumps(told))


if __name__ == "__main__":
    sys.exit(main())
