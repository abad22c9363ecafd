# SPDX-License-Identifier: Apache-2.0
"""popseal verify, as the tests ask it: expectations in, records out, and no secret anywhere."""
import contextlib
import socket

import tap
from fakeserver import FakeServer, Pop3, capa
from mailbox import PASSWORD, TOKEN, USER, secret_forms
from program import environment, popseal
from tlspeers import Library
from tlspki import NAME, pki

TIMEOUT = 5
TRUSTED = ("--ca", pki().root, "--tls-name", NAME)


def credentials(password=PASSWORD, user=USER, **more):
    return environment(POPSEAL_USER=user, POPSEAL_PASSWORD=password, **more)


def token(value=TOKEN, user=USER):
    return environment(POPSEAL_USER=user, POPSEAL_TOKEN=value)


def verify_words(expect, *words, timeout=TIMEOUT, form="jsonl"):
    wanted = ["--expect", expect] if expect else []
    return ["verify", "--format", form, "--no-store", "--timeout", timeout, *wanted, *words]


def verify(expect, *words, timeout=TIMEOUT, form="jsonl", **options):
    """Runs it; whatever it printed must not hold the secret."""
    run = popseal(*verify_words(expect, *words, timeout=timeout, form=form), **options)
    no_secret(run.raw, "standard output")
    no_secret(run.err.encode(), "standard error")
    return run


def no_secret(data, where, forms=None):
    for form in forms or secret_forms() + secret_forms(TOKEN):
        if isinstance(form, str):
            form = form.encode()
        tap.true(form not in data, f"{where} has the secret, as {form!r}")


def expectations(run):
    """{(subject, name): record}; each at most once."""
    found = {}
    for record in run.of_type("expectation"):
        key = record["subject"], record["name"]
        tap.true(key not in found, f"{key} twice: {run}")
        found[key] = record
    return found


def states(run):
    return {name: record["state"] for (_, name), record in expectations(run).items()}


def only(run, name):
    """The one record of this name, whatever its subject."""
    found = [record for (_, each), record in expectations(run).items() if each == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} records of {name}: {run}")
    return found[0]


def expects(run, name, state, *reasons):
    """One expectation is so, and the record is whole."""
    record = only(run, name)
    got = f"{record['state']} ({record['reason']})"
    tap.true(record["state"] == state, f"{name}: {got}, wanted {state}: {record}\n{run}")
    tap.true(not reasons or record["reason"] in reasons,
             f"{name}: {got}, wanted {' or '.join(reasons)}: {record}")
    tap.true(record["message"] and record["schema"] == 1 and record["time"], f"bare: {record}")
    tap.true(isinstance(record["evidence"], list), f"evidence: {record}")
    if state == "undetermined":
        tap.true("settle" in record, f"without settle: {record}")
    return record


CODES = {"met": 0, "unmet": 1, "undetermined": 2}


def exits_by_states(run):
    """Exit 1 where any is unmet, else 2 where any is undetermined, else 0."""
    found = set(states(run).values())
    tap.true(found, f"no expectations: {run}")
    run.exits(1 if "unmet" in found else 2 if "undetermined" in found else 0)
    tap.equal(run.summary["type"], "summary", "the last record")
    return run


def rules(run, subject=None):
    """The rules that fired on the one endpoint, or on that of this subject."""
    records = run.of_type("endpoint")
    if subject:
        records = [record for record in records if record["subject"] == subject]
    if len(records) != 1:
        raise AssertionError(f"{len(records)} endpoints: {run}")
    return {finding["rule"] for finding in records[0]["findings"]}


def closed_port(address="127.0.0.1"):
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind((address, 0))
        return sock.getsockname()[1]


def library(leaf="ec", **options):
    return Library(pki().leaf(leaf), **options)


REFUSAL = "-ERR [AUTH] TLS first."


def plain_pop3(*listed, clear=None, **options):
    """Takes no login in clear; over TLS it takes every name and no password."""
    replies = {"CAPA": capa(*listed, "UIDL"), "USER": REFUSAL, "PASS": REFUSAL, "AUTH": REFUSAL,
               **(clear or {})}
    return Pop3(replies, over_tls={"CAPA": capa("USER", "UIDL"), "USER": "+OK",
                                   "PASS": "-ERR [AUTH] Wrong."}, **options)


def pop3s(behave=None, leaf="ec", **options):
    """A server with TLS from the first byte."""
    return FakeServer(behave or plain_pop3("USER"), tls=True, secure=library(leaf, **options))


@contextlib.contextmanager
def both(clear, over_tls):
    """("127.0.0.1 --ports ...", clear server, TLS server) of one host."""
    with clear as first, over_tls as second:
        yield (["--ports", f"{first.port},{second.port}s", "127.0.0.1"], first, second)
