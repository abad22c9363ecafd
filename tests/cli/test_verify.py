# SPDX-License-Identifier: Apache-2.0
"""popseal verify: what is met, unmet and undetermined, and how it ends."""
import pathlib
import ssl

import tap
from asking import (TRUSTED, both, closed_port, credentials, exits_by_states, expectations, expects,
                    library, only, plain_pop3, pop3s, states, verify, verify_words)
from fakeserver import FakeServer, Pop3, capa, close, hang, silent, stls
from mailbox import Mailbox
from program import environment, finish, popseal, scratch, start
from tlshello import RSA_AES128, SSLV3
from tlspeers import Library, Scripted, Throttled, tls_server
from tlspki import NAME, OTHER, pki

PERMITS = {"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR [AUTH] Bad login"}
TLS10, TLS11, TLS12, TLS13 = (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1,
                              ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


# --- what is wrong is named, and nothing is sent ------------------------------------------

WRONG = (
    (["--expect", "", "127.0.0.1"], "--expect"),
    (["--expect", "nonsense", "127.0.0.1"], "nonsense"),
    (["--expect", "refuses,,cert", "127.0.0.1"], "--expect"),
    (["--expect", "tls>=1.4", "127.0.0.1"], "1.4"), (["--expect", "tls>=", "127.0.0.1"], "tls>="),
    (["--expect", "days>=x", "127.0.0.1"], "days>=x"),
    (["--expect", "days>=-1", "127.0.0.1"], "days>=-1"),
    (["--expect", "days>=36501", "127.0.0.1"], "36501"),
    (["--expect", "days", "127.0.0.1"], "days"), (["--expect", "refuses"], "target"),
    (["--expect", "login", "--mechanism", "NOPE", "127.0.0.1"], "NOPE"),
    (["--expect", "tls", "--format", "sarif", "127.0.0.1"], "sarif"),
    (["--expect", "tls", "--exit-codes", "zabbix", "127.0.0.1"], "zabbix"),
    (["--expect", "login", "--password", "x", "127.0.0.1"], "--password"),
    (["--expect", "login", "--user", "x", "--password=y", "127.0.0.1"], "--"),
    (["--expect", "tls", "--tls-name", "", "127.0.0.1"], "--tls-name"),
    (["--expect", "tls", "--ca", "", "127.0.0.1"], "--ca"),
)


def is_usage(words, named):
    with FakeServer(Pop3(PERMITS)) as server:
        words = [word.replace("127.0.0.1", server.target) for word in words]
        run = popseal("verify", *words)
        tap.equal(len(server.connections), 0, "connections")
    run.exits(3)
    tap.contains(run.err, named, "message")


for line, part in WRONG:
    tap.add(f"usage: {' '.join(line)}", is_usage, line, part)

OPERATIONAL = (
    (["--ca", "/no/such/ca.pem", "127.0.0.1:9"], "/no/such/ca.pem"),
    (["--policy", "/no/such/policy", "127.0.0.1:9"], "/no/such/policy"),
    (["--evidence", "/no/such/folder/e.json", "127.0.0.1:9"], "/no/such/folder"),
    (["--output", "/no/such/folder/file", "127.0.0.1:9"], "/no/such/folder"),
    (["nosuch.invalid"], "nosuch.invalid"),
)


def is_operational(words, named):
    run = verify("refuses", *words, form="text")
    # What is named and cannot be read may count as usage, too.
    tap.true(run.code in ((3, 4) if "/no/such" in named else (4,)), f"exit: {run}")
    tap.contains(run.err, named, "message")


for line, part in OPERATIONAL:
    tap.add(f"cannot: {' '.join(line)}", is_operational, line, part)


@tap.test
def broken_ca():
    """A --ca file without a certificate is named, and nothing is asked"""
    path = scratch() / "empty.pem"
    path.write_text("nothing here\n")
    with pop3s() as server:
        run = verify("cert", "--ca", path, server.url, form="text")
        tap.equal(len(server.connections), 0, "connections")
    tap.true(run.code in (3, 4), f"exit: {run}")
    tap.contains(run.err, str(path), "message")


# --- each expectation: met, unmet, undetermined --------------------------------------------

def clear_server(replies=None, **options):
    return FakeServer(Pop3(replies or PERMITS, **options))


def with_stls(leaf="ec", **options):
    return FakeServer(plain_pop3("STLS", clear={"STLS": stls}), secure=library(leaf, **options))


def row(make, expect, state, reasons=(), words=(), timeout=5, url=None):
    with make() as server:
        run = verify(expect, *TRUSTED, *words, url or server.url, timeout=timeout)
    expects(run, expect, state, *reasons)
    exits_by_states(run)


def anonymous_first():
    """A server that prefers an anonymous cipher, and has a certificate for everybody else."""
    return pop3s(highest=TLS12, ciphers="AECDH-AES128-SHA:ECDHE+AESGCM:@SECLEVEL=0")


OLD_ANCHOR = ("--ca", pki().authority("ca-old-root"))  # the later --ca counts
ROWS = (
    # refuses
    ("a clear login is refused", with_stls, "refuses", "met"),
    ("a clear login is permitted", clear_server, "refuses", "unmet", ("permits",)),
    ("TLS from the first byte", pop3s, "refuses", "met"),
    ("a server that says nothing", lambda: FakeServer(silent), "refuses", "undetermined",
     ("timeout",), (), 1),
    ("a greeting that refuses", lambda: FakeServer(Pop3({}, greeting=["-ERR no", close])),
     "refuses", "undetermined"),
    ("something that is not POP3", lambda: FakeServer(Pop3({}, greeting="220 smtp ESMTP")),
     "refuses", "undetermined"),
    ("answers that stop at USER", lambda: clear_server({**PERMITS, "USER": hang}), "refuses",
     "undetermined", ("timeout",), (), 1),
    # tls
    ("TLS from the first byte", pop3s, "tls", "met"),
    ("STLS", with_stls, "tls", "met"),
    ("STLS that is not there", clear_server, "tls", "unmet"),
    ("STLS that is refused", lambda: clear_server({**PERMITS, "CAPA": capa("STLS"),
                                                   "STLS": "-ERR no TLS today"}), "tls", "unmet"),
    ("a TLS port that answers in clear",
     lambda: FakeServer(plain_pop3("USER"), tls=False), "tls", "unmet"),
    ("a server that says nothing", lambda: FakeServer(silent), "tls", "undetermined",
     ("timeout",), (), 1),
    # tls>=V
    ("1.2 and 1.3", lambda: pop3s(lowest=TLS12), "tls>=1.2", "met"),
    ("1.3 alone", lambda: pop3s(lowest=TLS13), "tls>=1.2", "met"),
    ("1.3 alone", lambda: pop3s(lowest=TLS13), "tls>=1.3", "met"),
    ("1.2 and 1.3", lambda: pop3s(lowest=TLS12), "tls>=1.3", "unmet"),
    ("1.2 alone", lambda: pop3s(lowest=TLS12, highest=TLS12), "tls>=1.3", "unmet"),
    ("1.2 alone", lambda: pop3s(lowest=TLS12, highest=TLS12), "tls>=1.2", "met"),
    ("1.1 besides", lambda: pop3s(lowest=TLS11), "tls>=1.2", "unmet"),
    ("1.0 besides", lambda: pop3s(lowest=TLS10), "tls>=1.2", "unmet"),
    ("1.0 alone", lambda: pop3s(lowest=TLS10, highest=TLS10), "tls>=1.2", "unmet"),
    ("1.0 besides", lambda: pop3s(lowest=TLS10), "tls>=1.0", "met"),
    ("1.0 besides, and a close on all but one connection", lambda: FakeServer(
        plain_pop3("USER"), tls=True, secure=Throttled(library(lowest=TLS10), 1)),
     "tls>=1.2", "undetermined"),
    ("1.0 besides, and a close on all but two connections", lambda: FakeServer(
        plain_pop3("USER"), tls=True, secure=Throttled(library(lowest=TLS10), 2)),
     "tls>=1.2", "undetermined"),
    ("1.2 and 1.3 by STLS", lambda: with_stls(lowest=TLS12), "tls>=1.2", "met"),
    ("1.0 besides, by STLS", lambda: with_stls(lowest=TLS10), "tls>=1.2", "unmet"),
    ("SSLv3 besides", lambda: FakeServer(plain_pop3("USER"), tls=True, secure=Scripted(
        library(lowest=TLS12), {SSLV3: [RSA_AES128]})), "tls>=1.0", "unmet"),
    ("no TLS", clear_server, "tls>=1.2", "unmet"),
    # cert
    ("a whole chain", pop3s, "cert", "met"),
    ("a whole chain by STLS", with_stls, "cert", "met"),
    ("a chain with its root", lambda: pop3s(leaf="whole"), "cert", "met"),
    ("a good staple", lambda: tls_server(plain_pop3("USER"), "staple-good"), "cert", "met"),
    ("expired", lambda: pop3s(leaf="expired"), "cert", "unmet", ("expired",)),
    ("not yet valid", lambda: pop3s(leaf="not-yet"), "cert", "unmet"),
    ("an expired intermediate", lambda: pop3s(leaf="old-above"), "cert", "unmet"),
    ("an expired intermediate far behind", lambda: pop3s(leaf="hidden-old"), "cert", "unmet",
     ("expired",)),
    ("an expired anchor", lambda: pop3s(leaf="old-root"), "cert", "unmet", ("expired",),
     OLD_ANCHOR),
    ("an expired certificate besides", lambda: pop3s(leaf="beside-old"), "cert", "met"),
    ("an anonymous cipher first", anonymous_first, "cert", "undetermined", ("no-certificate",)),
    ("self-signed", lambda: pop3s(leaf="self-signed"), "cert", "unmet", ("self-signed",)),
    ("a missing intermediate", lambda: pop3s(leaf="no-intermediate"), "cert", "unmet",
     ("incomplete",)),
    ("an unknown root", lambda: pop3s(leaf="unknown-root"), "cert", "unmet", ("unknown-root",)),
    ("a leaf signed by a leaf", lambda: pop3s(leaf="below-a-leaf"), "cert", "unmet", ("broken",)),
    ("of another purpose", lambda: pop3s(leaf="wrong-usage"), "cert", "unmet", ("broken",)),
    ("a revoked staple", lambda: tls_server(plain_pop3("USER"), "staple-revoked"), "cert",
     "unmet", ("revoked",)),
    ("no TLS", clear_server, "cert", "unmet"),
    # days>=N
    ("300 days left", pop3s, "days>=299", "met"),
    ("300 days left", pop3s, "days>=300", "unmet"),  # less the seconds since
    ("5 days left", lambda: pop3s(leaf="expiring"), "days>=4", "met"),
    ("5 days left", lambda: pop3s(leaf="expiring"), "days>=5", "unmet"),
    ("5 days left", lambda: pop3s(leaf="expiring"), "days>=30", "unmet"),
    ("expired", lambda: pop3s(leaf="expired"), "days>=0", "unmet"),
    ("an expired intermediate", lambda: pop3s(leaf="old-above"), "days>=1", "unmet"),
    ("an expired intermediate far behind", lambda: pop3s(leaf="hidden-old"), "days>=1", "unmet"),
    ("an expired anchor", lambda: pop3s(leaf="old-root"), "days>=0", "unmet", ("expired",),
     OLD_ANCHOR),
    ("an expired certificate besides", lambda: pop3s(leaf="beside-old"), "days>=299", "met"),
    ("an anonymous cipher first", anonymous_first, "days>=1", "undetermined", ("no-certificate",)),
    # name
    ("the name", pop3s, "name", "met"),
    ("a wildcard", lambda: pop3s(leaf="wildcard"), "name", "met"),
    ("the last of many names", lambda: pop3s(leaf="many-names"), "name", "met"),
    ("an SRV-ID alone", lambda: pop3s(leaf="srv-only"), "name", "met"),
    ("another name", lambda: pop3s(leaf="wrong-name"), "name", "unmet"),
    ("a common name alone", lambda: pop3s(leaf="cn-only"), "name", "unmet"),
    ("an SRV-ID of another service", lambda: pop3s(leaf="srv-imap"), "name", "unmet"),
    ("a wildcard for two labels", lambda: pop3s(leaf="wildcard-deep"), "name", "unmet"),
    ("a wildcard for a part", lambda: pop3s(leaf="wildcard-part"), "name", "unmet"),
    ("an address alone", lambda: pop3s(leaf="ip"), "name", "unmet"),
    ("an anonymous cipher first", anonymous_first, "name", "undetermined", ("no-certificate",)),
    # cleartext-port-closed
    ("a port that answers", with_stls, "cleartext-port-closed", "unmet"),
    ("a port that permits", clear_server, "cleartext-port-closed", "unmet"),
    ("a port that says nothing", lambda: FakeServer(silent), "cleartext-port-closed",
     "undetermined", (), (), 1),
    ("the TLS port alone", pop3s, "cleartext-port-closed", "undetermined"),
)

for title, *rest in ROWS:
    tap.add(f"{rest[1]} {rest[2]}: {title}", row, *rest)


@tap.test
def tls_port_in_clear():
    """tls is unmet on a pop3s:// endpoint that speaks in clear"""
    with FakeServer(plain_pop3("USER")) as server:
        run = verify("tls", *TRUSTED, f"pop3s://{server.target}", timeout=1)
    expects(run, "tls", "unmet")
    run.exits(1)


@tap.test
def closed_clear_port():
    """A closed port meets refuses and cleartext-port-closed"""
    run = verify("refuses,cleartext-port-closed", f"127.0.0.1:{closed_port()}")
    tap.equal(states(run), {"refuses": "met", "cleartext-port-closed": "met"}, "states")
    run.exits(0)


@tap.test
def closed_and_nothing_else():
    """Where no endpoint of the host has TLS, cert and name are unmet, and login is not tried"""
    run = verify("tls,tls>=1.2,cert,days>=1,name,login", *TRUSTED, f"127.0.0.1:{closed_port()}",
                 env=credentials())
    got = states(run)
    tap.equal(got.pop("login"), "undetermined", "login")
    tap.equal(set(got.values()), {"unmet"}, f"states of {got}")
    run.exits(1)


@tap.test
def closed_beside_tls():
    """A closed clear port needs no certificate where the TLS port has one"""
    with pop3s() as server:
        run = verify("refuses,tls,tls>=1.2,cert,days>=10,name,cleartext-port-closed", *TRUSTED,
                     "--ports", f"{closed_port()},{server.port}s", "127.0.0.1")
    run.exits(0)
    found = expectations(run)
    closed = {name for subject, name in found if subject.startswith("pop3://")}
    tap.true({"refuses", "cleartext-port-closed"} <= closed, f"of the closed port: {closed}")
    tap.equal(closed & {"cert", "days>=10", "name", "tls>=1.2"}, set(), "not of the closed port")
    tap.true((server.url, "cert") in found, f"cert of {server.url}")
    tap.true((server.url, "cleartext-port-closed") not in found, "of the TLS port")


@tap.test
def clear_without_stls_beside_tls():
    """A clear port without STLS has TLS on the host's other port; its own refusal counts"""
    with both(FakeServer(plain_pop3("USER")), pop3s()) as (words, _, _):
        run = verify("refuses,tls,cert,name", *TRUSTED, *words)
    run.exits(0)
    tap.equal(set(states(run)), {"refuses", "tls", "cert", "name"}, "names")


@tap.test
def each_endpoint_for_itself():
    """STLS and implicit TLS with different certificates are judged each for itself"""
    with both(with_stls("expired"), pop3s()) as (words, clear, over_tls):
        run = verify("cert", *TRUSTED, *words)
    found = expectations(run)
    tap.equal(found[clear.url, "cert"]["state"], "unmet", "STLS")
    tap.equal(found[over_tls.url, "cert"]["state"], "met", "implicit TLS")
    run.exits(1)


@tap.test
def name_unknown():
    """An address alone leaves the name undetermined, and says what would settle it"""
    with pop3s() as server:
        run = verify("name", "--ca", pki().root, server.url)
    tap.contains(only(run, "name")["settle"], "--tls-name", "settle")
    expects(run, "name", "undetermined")
    run.exits(2)


@tap.test
def name_by_target():
    """The name that the target has is the one that the certificate is held against"""
    with pop3s() as server:
        run = verify("name", "--ca", pki().root, f"pop3s://localhost:{server.port}")
    tap.equal(only_at(run, "127.0.0.1")["state"], "unmet", "localhost")


def only_at(run, address):
    """localhost may have an IPv6 address, too, where nobody listens."""
    return next(record for record in run.of_type("expectation") if address in record["subject"]
                or len(run.of_type("expectation")) == 1)


@tap.test
def name_given():
    """--tls-name is what counts; an address may be one"""
    with pop3s(leaf="wrong-name") as server:
        expects(verify("name", "--ca", pki().root, "--tls-name", OTHER, server.url), "name", "met")
    with pop3s(leaf="ip") as server:
        words = ("--ca", pki().root, "--tls-name", "127.0.0.1")
        expects(verify("name", *words, server.url), "name", "met")
        words = ("--ca", pki().root, "--tls-name", "127.0.0.2")
        expects(verify("name", *words, server.url), "name", "unmet")


@tap.test
def system_store():
    """Without --ca the system's store counts, which does not know the test's root"""
    with pop3s() as server:
        expects(verify("cert", "--tls-name", NAME, server.url), "cert", "unmet", "unknown-root",
                "incomplete", "broken")


@tap.test
def sha1_root_is_an_anchor():
    """How an anchor is signed does not matter"""
    with pop3s(leaf="sha1-anchor") as server:
        run = verify("cert", "--ca", pki().authority("ca-sha1-root"), "--tls-name", NAME,
                     server.url)
    expects(run, "cert", "met")


@tap.test
def leaf_as_anchor():
    """A self-signed certificate that --ca names is trusted"""
    leaf = pki().leaf("self-signed")
    with pop3s(leaf="self-signed") as server:
        run = verify("cert,name", "--ca", leaf.certificate, "--tls-name", NAME, server.url)
    tap.equal(states(run), {"cert": "met", "name": "met"}, "states")


# --- all at once, and how it ends ---------------------------------------------------------

ALL = "refuses,tls,tls>=1.2,cert,days>=30,name,login"


@tap.test
def all_met():
    """All at once, on both ports of a good server: exit 0, and a record each"""
    mailbox = Mailbox("PLAIN", "USER")
    clear = FakeServer(mailbox.behave(), secure=library())
    over_tls = FakeServer(mailbox.behave(), tls=True, secure=library())
    with both(clear, over_tls) as (words, *_):
        run = verify(ALL, *TRUSTED, *words, env=credentials()).exits(0)
    found = expectations(run)
    tap.equal({record["state"] for record in found.values()}, {"met"}, "states")
    for subject in (clear.url, over_tls.url):
        tap.equal({name for each, name in found if each == subject}, set(ALL.split(",")), subject)
    tap.equal([record["type"] for record in run.records].count("endpoint"), 2, "endpoints")


@tap.test
def unmet_before_undetermined():
    """One unmet and one undetermined: exit 1"""
    with FakeServer(silent) as waiting, clear_server() as permits:
        run = verify("refuses", waiting.target, permits.target, timeout=1).exits(1)
    tap.equal(sorted(record["state"] for record in run.of_type("expectation")),
              ["undetermined", "unmet"], "states")


@tap.test
def findings_do_not_matter():
    """Findings alone do not fail: what is not expected is not judged"""
    with pop3s(leaf="expired", lowest=TLS10) as server:
        run = verify("tls", *TRUSTED, server.url).exits(0)
    tap.true(run.endpoint["findings"], "findings are reported all the same")


@tap.test
def nagios_codes():
    """--exit-codes nagios: unmet is 2, undetermined is 3, met is 0"""
    with clear_server() as bad, pop3s() as good, FakeServer(silent) as waiting:
        for target, code in ((bad.target, 2), (good.url, 0)):
            verify("refuses", "--exit-codes", "nagios", target).exits(code)
        verify("refuses", "--exit-codes", "nagios", waiting.target, timeout=1).exits(3)


@tap.test
def standard_depth():
    """--depth standard is lighter: certificate and login, without the survey"""
    with pop3s() as server:
        verify("tls,cert", *TRUSTED, "--depth", "deep", server.url).exits(0)
        deep = len(server.connections)
    with pop3s() as server:
        run = verify("tls", *TRUSTED, "--depth", "standard", server.url).exits(0)
        tap.true(len(server.connections) < deep, f"{len(server.connections)} connections: {run}")


def connections_to(port):
    """How many connections to a local port are open at the client's end, as the kernel has it."""
    rows = [row.split() for row in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "01" and int(row[2].rsplit(":", 1)[1], 16) == port for row in rows)


@tap.test
def one_after_the_other():
    """Connections to one endpoint come one after the other"""
    most = []
    base = library()

    def counting(connection, first):
        most.append(connections_to(connection.server.port))
        return base(connection, first)
    with FakeServer(plain_pop3("USER"), tls=True, secure=counting) as server:
        verify("tls>=1.2,cert", *TRUSTED, server.url).exits(0)
    tap.true(len(most) > 5, "a survey")
    tap.equal(max(most), 1, "at the same time")


# --- targets and policies ---------------------------------------------------------------

@tap.test
def several_targets():
    """Several targets, from the command line and from standard input"""
    with with_stls() as good, clear_server() as bad:
        run = verify("refuses", "-", stdin=f"{good.target}\n# note\n{bad.target}\n".encode())
        run.exits(1)
        tap.equal({key[0]: record["state"] for key, record in expectations(run).items()},
                  {good.url: "met", bad.url: "unmet"}, "states")
        again = verify("refuses", good.target, bad.target).exits(1)
        tap.equal(len(again.of_type("expectation")), 2, "records")
        path = scratch() / "targets"
        path.write_text(f"{good.target}\n")
        verify("refuses", "--input", path).exits(0)


@tap.test
def many_hosts():
    """Forty hosts in one run: a record for each"""
    with FakeServer(plain_pop3("USER"), tls=True, secure=library(), address="") as server:
        targets = [f"pop3s://{target}" for target in server.targets(40)]
        run = verify("tls,cert,name", *TRUSTED, *targets).exits(0)
    tap.equal(len(run.of_type("expectation")), 120, "records")


POLICY = """# what holds where
[*]
expect=refuses
[pop3s://127.0.0.1:{tls}]
expect=refuses,tls>=1.2,cert,name
tls-name={name}
ca={root}
[127.0.0.1:{clear}]
expect=cleartext-port-closed
"""


def policy_file(name, text):
    path = scratch() / name
    path.write_text(text)
    return path


@tap.test
def policy():
    """A policy says what is expected where; later groups count"""
    with with_stls() as clear, pop3s() as over_tls:
        path = policy_file("policy", POLICY.format(tls=over_tls.port, clear=clear.port, name=NAME,
                                                   root=pki().root))
        run = verify("", "--policy", path, clear.target, over_tls.url).exits(1)
    found = {key: record["state"] for key, record in expectations(run).items()}
    tap.equal(found, {(clear.url, "cleartext-port-closed"): "unmet",
                      **{(over_tls.url, name): "met"
                         for name in ("refuses", "tls>=1.2", "cert", "name")}}, "states")


@tap.test
def policy_names_targets():
    """Without targets, the hosts that a policy names are asked"""
    with with_stls() as clear, pop3s() as over_tls:
        path = policy_file("targets-of-policy", POLICY.format(
            tls=over_tls.port, clear=clear.port, name=NAME, root=pki().root))
        run = verify("", "--policy", path).exits(1)
        tap.equal({record["subject"] for record in run.of_type("expectation")},
                  {clear.url, over_tls.url}, "subjects")


BROKEN_POLICIES = (
    ("no group", "expect=refuses\n", "policy"),
    ("a bad word", "[*]\nexpect=nonsense\n", "nonsense"),
    ("a bad key", "[*]\nexpects=refuses\n", "expects"),
    ("a bad group", "[a b]\nexpect=tls\n", "a b"),
    ("a control character", "[*]\nexpect=\x1b[2Jtls\n", "expect"),
    ("not text", "[*]\nexpect=\xff\xfe\n", "policy"),
    ("too large", "[*]\nexpect=tls\n#" + "x" * (1024 * 1024), "policy"),
)


def broken_policy(name, text, named):
    path = policy_file(f"policy-{name.replace(' ', '-')}", "")
    path.write_bytes(text.encode("latin-1"))
    with clear_server() as server:
        run = verify("", "--policy", path, server.target, form="text")
        tap.equal(len(server.connections), 0, "connections")
    tap.true(run.code in (3, 4), f"exit: {run}")
    tap.contains(run.err, named, "message")
    tap.lacks(run.err, "\x1b", "message")


for title, body, part in BROKEN_POLICIES:
    tap.add(f"policy with {title}", broken_policy, title, body, part)


@tap.test
def handshake_figures():
    """The record says how long the handshake took, and its processor time"""
    with pop3s() as server:
        run = verify("tls", *TRUSTED, server.url).exits(0)
    told = run.endpoint["tls"]
    tap.true(0 < told["cpu_ms"] and 0 < told["handshake_ms"] < 5000, f"figures: {told}")


@tap.test
def clients_told():
    """verify tells which mail clients connect, and which not"""
    with FakeServer(plain_pop3("USER"), tls=True, secure=Library(
            pki().leaf("good"), lowest=TLS13)) as server:
        record = verify("tls", *TRUSTED, server.url).exits(0).endpoint
    clients = record["tls"]["clients"]
    outcomes = {client["outcome"] for client in clients}
    tap.equal(outcomes & {"taken", "refused"}, {"taken", "refused"}, "outcomes at TLS 1.3 alone")
    tap.true(any("Outlook 2010" in client["name"] and client["outcome"] == "refused"
                 for client in clients), "Outlook 2010 has no TLS 1.3")


# --- what must not happen --------------------------------------------------------------------

@tap.test
def asked_once():
    """An endpoint that several targets lead to is verified once"""
    with clear_server() as server:
        run = verify("refuses", server.target, f"pop3://{server.target}", server.target)
    tap.equal(len(run.of_type("endpoint")), 1, "records")
    tap.equal(run.of_type("summary")[0]["targets"]["doubles"], 2, "doubles")


@tap.test
def nothing_expected():
    """A policy that says nothing of an endpoint is no success"""
    path = policy_file("elsewhere", "[mail.example.org]\nexpect=login,cert\n")
    with clear_server() as server:
        run = verify("", "--policy", path, server.target).exits(4)
        tap.equal(len(server.connections), 0, "connections")
    tap.contains(run.err, "nothing is expected", "message")


@tap.test
def no_target_read():
    """An empty list of targets is no success, in no format"""
    run = verify("refuses", "--input", "/dev/null", form="nagios")
    tap.equal(run.code, 3, "exit")
    tap.contains(run.out, "POP3 UNKNOWN", "first line")


@tap.test
def early_failure_for_monitoring():
    """What fails before anything is asked has a first line, and its code"""
    for words, code in (((), 4), (("--exit-codes", "nagios"), 3)):
        run = verify("login", "--netrc", "/nonexistent", *words, "127.0.0.1:1", form="nagios")
        tap.equal(run.code, code, "exit")
        tap.contains(run.out, "POP3 UNKNOWN - ", "first line")


@tap.test
def lenient_words():
    """With --no-strict the first word of nagios fits the exit code"""
    with FakeServer(silent) as server:
        run = verify("refuses", "--no-strict", server.target, timeout=1, form="nagios").exits(0)
    tap.contains(run.out, "POP3 OK", "first line")


@tap.test
def wrong_names():
    """--tls-name is the name of a host"""
    for name in ("a b!", "https://example.org", "mail.example.org:995"):
        tap.contains(verify("name", "--tls-name", name, "127.0.0.1:1").exits(3).err, "--tls-name",
                     "message")


@tap.test
def users_in_targets():
    """What stands before a '@' is not repeated"""
    path = policy_file("targets", "bob:S3cretPw@127.0.0.1\n")
    for words in (("--input", path), ("bob:S3cretPw@127.0.0.1",)):
        run = verify("refuses", *words)
        tap.equal(run.code, 3, "exit")
        tap.lacks(run.out + run.err, "S3cretPw", "output")


@tap.test
def no_anchors():
    """Without a system store the rest is verified all the same"""
    with clear_server() as server:
        run = verify("refuses", server.target,
                     env=environment(SSL_CERT_FILE="/nonexistent", SSL_CERT_DIR="/nonexistent"))
    tap.equal(len(run.of_type("endpoint")), 1, "records")


@tap.test
def unwritable():
    """A bundle that cannot be written is told before anything is asked"""
    with clear_server() as server:
        verify("refuses", "--evidence", "/nonexistent/x.json", server.target).exits(4)
        tap.equal(len(server.connections), 0, "connections")


@tap.test
def lines_as_they_come():
    """A target on standard input is asked while the pipe is still open"""
    with clear_server() as server:
        process = start(*verify_words("refuses", "--input", "-"))
        process.stdin.write(f"{server.target}\n".encode())
        process.stdin.flush()
        tap.within(30, lambda: server.connections, "a connection")
        process.stdin.write(b"127.0.0.1:1\n")
        run = finish(process, 60)
    tap.equal(len(run.of_type("endpoint")), 2, "records")


if __name__ == "__main__":
    tap.main()
