# SPDX-License-Identifier: Apache-2.0
"""The rules of TLS and certificates: each fires at one endpoint, and not at its counterpart.

Most endpoints are `openssl s_server` processes. What Debian's library does not
speak any more (SSLv3, RC4, 3DES, export) is answered by flights of our own.
"""
import tap
import tlshello
from asking import TRUSTED, both, plain_pop3, pop3s, rules, verify
from fakeserver import FakeServer, Pop3, capa, stls
from middlebox import MODES, Stripping, injectable
from program import scan
from tlshello import SSLV3, TLS10, TLS11, TLS12
from tlspeers import Library, SServer, Scripted, dh_parameters, tls_server
from tlspki import NAME, pki

TLS_RULES = {"tls-version", "tls-cipher", "cert-expired", "cert-untrusted", "cert-weak-key",
             "cert-name", "cert-expiring", "stls-injection", "stls-stripped"}


def fired(run, subject=None):
    return rules(run, subject) & TLS_RULES


def served(leaf="good", *words, **options):
    return lambda: tls_server(plain_pop3("USER"), leaf, *words, **options)


def scripted(taken, **options):
    """TLS 1.2 and 1.3 of a good library, and besides what is taken."""
    return lambda: FakeServer(plain_pop3("USER"), tls=True, secure=Scripted(
        Library(pki().leaf("good"), lowest=0x0303), taken, **options))


def check(make, wanted, words=TRUSTED):
    with make() as server:
        run = verify("tls", *words, server.url)
    tap.equal(fired(run), set(wanted), f"findings of {run.endpoint['findings']}")


DH = "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"
ROWS = (
    # name, server, rules that fire
    ("a good RSA key", served(), ()),
    ("a good P-256 key", served("ec"), ()),
    # versions
    ("TLS 1.0 alone", served("good", "-tls1"), ("tls-version",)),
    ("TLS 1.1 alone", served("good", "-tls1_1"), ("tls-version",)),
    ("TLS 1.2 alone", served("good", "-tls1_2"), ()),
    ("TLS 1.3 alone", served("good", "-tls1_3"), ()),
    ("TLS 1.0 to 1.3", served("good", "-min_protocol", "TLSv1"), ("tls-version",)),
    ("TLS 1.1 to 1.3", served("good", "-min_protocol", "TLSv1.1"), ("tls-version",)),
    ("SSLv3 besides", scripted({SSLV3: [tlshello.RSA_AES128]}), ("tls-version",)),
    ("SSLv3 with RC4 besides", scripted({SSLV3: [tlshello.RC4_MD5]}),
     ("tls-version", "tls-cipher")),
    # ciphers
    ("NULL", served("good", "-tls1_2", cipher="AES128-GCM-SHA256:NULL-SHA256:@SECLEVEL=0"),
     ("tls-cipher",)),
    ("NULL with MD5", served("good", "-tls1_2", cipher="AES128-GCM-SHA256:NULL-MD5:@SECLEVEL=0"),
     ("tls-cipher",)),
    ("anonymous DH", served("good", "-tls1_2", "-dhparam", dh_parameters(2048),
                            cipher="AES128-GCM-SHA256:ADH-AES128-GCM-SHA256:@SECLEVEL=0"),
     ("tls-cipher",)),
    ("anonymous ECDH", served("good", "-tls1_2", cipher="AES128-SHA:AECDH-AES128-SHA:@SECLEVEL=0"),
     ("tls-cipher",)),
    ("RC4", scripted({TLS12: [tlshello.RC4_SHA]}), ("tls-cipher",)),
    ("ECDHE with RC4", scripted({TLS12: [tlshello.ECDHE_RC4]}), ("tls-cipher",)),
    ("3DES", scripted({TLS12: [tlshello.DES3_CBC]}), ("tls-cipher",)),
    ("DES", scripted({TLS12: [tlshello.DES_CBC]}), ("tls-cipher",)),
    ("export RC4", scripted({TLS12: [tlshello.EXPORT_RC4_40]}), ("tls-cipher",)),
    ("export RC2", scripted({TLS12: [tlshello.EXPORT_RC2_40]}), ("tls-cipher",)),
    ("IDEA", scripted({TLS12: [tlshello.IDEA_CBC]}), ("tls-cipher",)),
    ("RC4 in TLS 1.0", scripted({TLS10: [tlshello.RC4_SHA]}), ("tls-cipher", "tls-version")),
    ("DH of 1024 bits", served("good", "-tls1_2", "-dhparam", dh_parameters(1024), cipher=DH),
     ("tls-cipher",)),
    ("DH of 2048 bits", served("good", "-tls1_2", "-dhparam", dh_parameters(2048), cipher=DH), ()),
    ("CBC and static RSA", served("good", "-tls1_2", cipher="AES128-SHA:@SECLEVEL=0"), ()),
    # certificates
    ("expired", served("expired"), ("cert-expired",)),
    ("not yet valid", served("not-yet"), ("cert-expired",)),
    ("an expired intermediate", served("old-above"), ("cert-expired",)),
    ("5 days left", served("expiring"), ("cert-expiring",)),
    ("29 days left", served("expiring-29"), ("cert-expiring",)),
    ("31 days left", served("expiring-31"), ()),
    ("25 days of 90 left", served("short-life"), ()),
    ("20 days of 90 left", served("short-life-late"), ("cert-expiring",)),
    ("another name", served("wrong-name"), ("cert-name",)),
    ("a common name alone", served("cn-only"), ("cert-name",)),
    ("an SRV-ID alone", served("srv-only"), ()),
    ("an SRV-ID of another service", served("srv-imap"), ("cert-name",)),
    ("a wildcard", served("wildcard"), ()),
    ("a wildcard for two labels", served("wildcard-deep"), ("cert-name",)),
    ("a wildcard for a part", served("wildcard-part"), ("cert-name",)),
    ("self-signed", served("self-signed"), ("cert-untrusted",)),
    ("a missing intermediate", served("no-intermediate"), ("cert-untrusted",)),
    ("an unknown root", served("unknown-root"), ("cert-untrusted",)),
    ("a leaf signed by a leaf", served("below-a-leaf"), ("cert-untrusted",)),
    ("with its root", served("whole"), ()),
    ("a good staple", served("staple-good"), ()),
    ("a revoked staple", served("staple-revoked"), ("cert-untrusted",)),
    ("RSA of 1024 bits", served("rsa1024", cipher="ECDHE+AESGCM:@SECLEVEL=0"), ("cert-weak-key",)),
    ("signed by SHA-1", served("sha1"), ("cert-weak-key",)),
    ("an intermediate signed by SHA-1", served("sha1-above"), ("cert-weak-key",)),
    # all at once
    ("much at once", served("wrong-name", "-tls1"), ("cert-name", "tls-version")),
)

for title, *rest in ROWS:
    tap.add(title, check, *rest)

tap.add("a root signed by SHA-1", check, served("sha1-anchor"), (),
        ("--ca", pki().authority("ca-sha1-root"), "--tls-name", NAME))
tap.add("without --ca", check, served(), ("cert-untrusted",), ("--tls-name", NAME))


@tap.test
def anonymous():
    """A server without a certificate: a weak cipher, and nothing that is said of a certificate"""
    with tls_server(plain_pop3("USER"), None, "-tls1_2", "-dhparam", dh_parameters(2048),
                    cipher="ADH-AES128-GCM-SHA256:AECDH-AES128-SHA:@SECLEVEL=0") as server:
        run = verify("tls", *TRUSTED, server.url)
    tap.true("tls-cipher" in fired(run), f"findings: {fired(run)}")
    tap.equal(fired(run) & {"cert-expired", "cert-weak-key", "cert-expiring"}, set(), "certificate")


def unknown(make, rule, words):
    """What cannot be told is unknown, and says what would settle it."""
    with make() as server:
        record = verify("tls", *words, server.url).endpoint
    tap.true(rule not in {finding["rule"] for finding in record["findings"]}, f"{rule} fired")
    found = {each["rule"]: each for each in record["unknowns"]}
    tap.true(rule in found and found[rule]["settle"], f"unknown: {found}")


tap.add("cert-name is unknown for an address alone", unknown, served(), "cert-name",
        ("--ca", pki().root))


def by_stls(leaf, words, wanted):
    """The same through STLS."""
    behave = plain_pop3("STLS", clear={"STLS": stls})
    secure = SServer(pki().leaf(leaf), *words, cipher="ECDHE+AES:@SECLEVEL=0")
    with FakeServer(behave, secure=secure) as server:
        run = verify("tls", *TRUSTED, server.url)
    tap.equal(fired(run), set(wanted), "findings")


for each, options, which in (("good", (), ()), ("expired", (), ("cert-expired",)),
                             ("self-signed", (), ("cert-untrusted",)),
                             ("wrong-name", ("-tls1",), ("cert-name", "tls-version")),
                             ("rsa1024", ("-tls1_2",), ("cert-weak-key",))):
    tap.add(f"by STLS: {each} {' '.join(options)}", by_stls, each, options, which)


# --- scan --depth deep, and that standard stays what it was -----------------------------------

@tap.test
def scan_deep():
    """scan --depth deep finds the same; at standard depth nothing of it"""
    with tls_server(plain_pop3("USER"), "self-signed", "-tls1") as server:
        deep = scan("--depth", "deep", server.url)
        standard = scan("--depth", "standard", server.url)
    tap.true({"tls-version", "cert-untrusted"} <= fired(deep), f"deep: {deep}")
    tap.equal(fired(standard), set(), "standard")
    deep.exits(1)
    standard.exits(0)


@tap.test
def scan_standard_connections():
    """A scan at standard depth makes one TLS connection, as before"""
    with pop3s() as server:
        scan(server.url).exits(0)
        tap.equal(len(server.connections), 1, "connections")


@tap.test
def survey_is_bounded():
    """A server that never answers a handshake is left after a few of them"""
    def stuck(connection, _):
        connection.hang()
    with FakeServer(plain_pop3("USER"), tls=True, secure=stuck) as server:
        verify("tls>=1.2", *TRUSTED, server.url, timeout=1)
        tap.true(len(server.connections) <= 12, f"{len(server.connections)} connections")


# --- STLS injection -----------------------------------------------------------------------

INJECTIONS = {"flawed": True, "clear": False, "fails": False, "drops": False, "closes": False}


def injection(kind, secure, flawed):
    with FakeServer(injectable(kind), secure=secure()) as server:
        run = verify("tls", *TRUSTED, server.url)
        asked = [each for each in server.connections if each.early_seen]
    tap.equal("stls-injection" in fired(run), flawed, f"stls-injection: {run.endpoint['findings']}")
    tap.true(asked, "nothing was injected")
    if flawed:
        finding = next(each for each in run.endpoint["findings"]
                       if each["rule"] == "stls-injection")
        tap.equal((finding["severity"], finding["confidence"]), ("high", "proven"), "finding")


for each, hit in INJECTIONS.items():
    tap.add(f"injection: a server that {each}", injection, each,
            lambda: SServer(pki().leaf("good")), hit)
for each in ("flawed", "drops"):
    tap.add(f"injection: a server that {each}, Python's library", injection, each,
            lambda: Library(pki().leaf("good")), INJECTIONS[each])


@tap.test
def injection_only_deep():
    """Nothing is injected at standard depth"""
    with FakeServer(injectable("flawed"), secure=Library(pki().leaf("good"))) as server:
        run = scan("--depth", "standard", server.target)
        tap.true(not any(each.early_seen for each in server.connections), "injected")
    tap.true("stls-injection" not in rules(run), "stls-injection")


# --- STLS stripping --------------------------------------------------------------------------

PRODUCTS = {"dovecot": "+OK Dovecot ready.", "unknown": "+OK mail.popseal.test at your service"}


def echoing(connection, line):
    connection.say("-ERR Unknown command: " + line.decode("latin-1"))


def good_host(greeting, **more):
    behave = plain_pop3("STLS", clear={"STLS": stls, **more}, greeting=greeting, unknown=echoing)
    return FakeServer(behave, secure=Library(pki().leaf("good")))


def stripped(mode, product, wanted):
    """The host's clear port through a middlebox; its TLS port is fine."""
    with good_host(PRODUCTS[product]) as server:
        over_tls = pop3s(plain_pop3("USER", greeting=PRODUCTS[product]), "good")
        box = FakeServer(Stripping(server.port, mode))
        with both(box, over_tls) as (words, clear, _):
            run = verify("refuses", *TRUSTED, *words)
    findings = {finding["rule"]: finding for record in run.of_type("endpoint")
                if record["subject"] == clear.url for finding in record["findings"]}
    found = findings.get("stls-stripped")
    tap.equal(found and found["confidence"], wanted, f"stls-stripped: {sorted(findings)}")


for name in PRODUCTS:
    for each, outcome in (("honest", None), ("mask", "proven"), ("mask-long", "proven"),
                          ("mangle", "proven"), ("first", "proven"), ("remove", "likely"),
                          ("echo", "proven"), ("list-only", None)):
        tap.add(f"stripping: {each}, {name}", stripped, each, name, outcome)


@tap.test
def not_offered():
    """An honest server without STLS, whose TLS port is of another product: nothing is proven"""
    over_tls = pop3s(plain_pop3("USER", greeting="+OK other words"), "good")
    with both(FakeServer(plain_pop3("UIDL", greeting="+OK these words")), over_tls) as (words, *_):
        run = verify("refuses", *TRUSTED, *words)
    for record in run.of_type("endpoint"):
        tap.true("stls-stripped" not in {each["rule"] for each in record["findings"]}, record)


@tap.test
def no_tls_at_all():
    """A host without any TLS is not stripped"""
    with FakeServer(Pop3({"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR [AUTH] no"},
                         greeting=PRODUCTS["dovecot"])) as server:
        run = verify("refuses", *TRUSTED, server.target)
    tap.true("stls-stripped" not in rules(run), "stls-stripped")


def test_modes():
    """Every way of stripping has its row."""
    tap.equal(set(MODES) - {"command", "refuse"},
              {"honest", "mask", "mask-long", "mangle", "first", "remove", "echo", "list-only"})


tap.add("every way of stripping is asked", test_modes)


def listed_but_refused(mode):
    """Listed, and then refused: broken or stripped, and never silent"""
    with good_host(PRODUCTS["dovecot"]) as server:
        over_tls = pop3s(plain_pop3("USER", greeting=PRODUCTS["dovecot"]), "good")
        with both(FakeServer(Stripping(server.port, mode)), over_tls) as (words, clear, _):
            run = verify("refuses", *TRUSTED, *words)
    found = rules(run, clear.url)
    tap.true(found & {"stls-broken", "stls-stripped"}, f"findings: {found}")


for each in ("command", "refuse"):
    tap.add(f"stripping: {each}", listed_but_refused, each)

# --- versions in the record, TLS 1.1 to be thorough ---------------------------------------------


@tap.test
def versions_told():
    """The record tells each version: taken or refused"""
    with scripted({SSLV3: [tlshello.RSA_AES128], TLS11: [tlshello.RSA_AES128]})() as server:
        record = verify("tls", *TRUSTED, server.url).endpoint
    tap.equal(record["tls"]["versions"], {"SSLv3": "taken", "TLSv1": "refused", "TLSv1.1": "taken",
                                          "TLSv1.2": "taken", "TLSv1.3": "taken"}, "versions")


@tap.test
def versions_of_tls_first():
    """What speaks TLS from the first byte is surveyed, though it was asked as pop3://"""
    with served()() as server:
        run = verify("tls", *TRUSTED, f"pop3://{server.target}", timeout=1)
    tap.equal(run.endpoint["tls"]["versions"]["TLSv1.3"], "taken", "TLS 1.3")
    tap.equal(fired(run), set(), "findings")


if __name__ == "__main__":
    tap.main()
