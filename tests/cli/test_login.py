# SPDX-License-Identifier: Apache-2.0
"""popseal verify's login: each mechanism, whose password it is, and that nobody else gets it."""
import os
import pathlib
import pty
import re
import select
import subprocess
import termios
import time

import tap
from asking import (TRUSTED, both, closed_port, credentials, exits_by_states, expectations, expects,
                    library, no_secret, only, plain_pop3, token, verify, verify_words)
from fakeserver import FakeServer, Pop3, after, capa, hang
from mailbox import (PASSWORD, TOKEN, USER, WRONG, Mailbox, closing, decoded, refusing,
                     secret_forms)
from program import POPSEAL, environment, finish, popseal, scratch, start
from tlspeers import SServer, der
from tlspki import NAME, pki

ALL = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "USER")
PASSWORDS = [name for name in ALL if not name.endswith("PLUS")]
TOKENS = ("OAUTHBEARER", "XOAUTH2")
END_POINT = der(pki().leaf("ec").certificate)


def served(mailbox, leaf="ec", **options):
    return FakeServer(mailbox.behave(), tls=True, secure=library(leaf, **options))


def login(server, *words, env=None, timeout=5, trusted=TRUSTED, expect="login"):
    return verify(expect, *trusted, *words, server.url, env=env or credentials(), timeout=timeout)


def nothing_in_clear(server):
    """No form of the secret was sent to this server."""
    for connection in server.connections:
        for line in connection.commands + connection.responses:
            no_secret(line, "a command")
            no_secret(decoded(line), "a response")


# --- each mechanism ---------------------------------------------------------------------

def each_mechanism(name, more=()):
    mailbox = Mailbox(name, certificate=END_POINT)
    with served(mailbox) as server:
        run = login(server, *more)
    expects(run, "login", "met")
    tap.equal(mailbox.logins, [(name, True)], "logins")
    told = only(run, "login")["logins"]
    tap.equal([(each["mechanism"], each["outcome"], each["messages"], each["octets"],
                each["overridden"]) for each in told], [(name, "ok", 3, 1234, False)], "logins")
    run.exits(0)


def wrong_state(name):
    """Of a bound login nobody can tell whether the secret or the binding was refused."""
    return "undetermined" if name.endswith("-PLUS") else "unmet"


def each_wrong(name):
    """A wrong password is unmet, and tried once only."""
    mailbox = Mailbox(name, certificate=END_POINT)
    with served(mailbox) as server:
        run = login(server, env=credentials("not the password"))
    state = wrong_state(name)
    expects(run, "login", state, "wrong-password" if state == "unmet" else "refused")
    tap.equal(mailbox.logins, [(name, False)], "logins")
    run.exits(1 if state == "unmet" else 2)


for each in ALL:
    tap.add(f"{each}: the right password", each_mechanism, each)
    tap.add(f"{each}: a wrong password", each_wrong, each)


def each_token(name, value, state, *reasons):
    mailbox = Mailbox(name, "PLAIN")
    with served(mailbox) as server:
        run = login(server, env=token(value))
    expects(run, "login", state, *reasons)
    tap.equal(mailbox.logins, [(name, state == "met")], "logins")


for each in TOKENS:
    tap.add(f"{each}: the right token", each_token, each, TOKEN, "met")
    tap.add(f"{each}: a wrong token", each_token, each, "expired-one", "unmet", "wrong-password")


@tap.test
def token_order():
    """A token goes by OAUTHBEARER before XOAUTH2, and never by PLAIN"""
    mailbox = Mailbox(*TOKENS, *PASSWORDS)
    with served(mailbox) as server:
        expects(login(server, env=token()), "login", "met")
    tap.equal(mailbox.mechanism, "OAUTHBEARER", "mechanism")
    mailbox = Mailbox(*PASSWORDS)
    with served(mailbox) as server:
        expects(login(server, env=token()), "login", "unmet")
    tap.equal(mailbox.logins, [], "logins without a mechanism for tokens")


@tap.test
def plain_first():
    """Over a session that holds, PLAIN comes first, as most servers' passwords serve it"""
    mailbox = Mailbox(*ALL, certificate=END_POINT)
    with served(mailbox) as server:
        expects(login(server), "login", "met")
    tap.equal(mailbox.mechanism, "PLAIN", "mechanism")


def forced(name):
    mailbox = Mailbox(*ALL, certificate=END_POINT)
    with served(mailbox) as server:
        expects(login(server, "--mechanism", name), "login", "met")
    tap.equal(mailbox.mechanism, name, "mechanism")


for each in ALL:
    tap.add(f"--mechanism {each}", forced, each)


@tap.test
def all_mechanisms():
    """--mechanism all tries each that the server offers, one login each"""
    mailbox = Mailbox(*PASSWORDS)
    with served(mailbox) as server:
        run = login(server, "--mechanism", "all")
    tap.equal(sorted(mailbox.logins), sorted((name, True) for name in PASSWORDS), "logins")
    record = expects(run, "login", "met")
    tap.equal({each["mechanism"]: each["outcome"] for each in record["logins"]},
              {name: "ok" for name in PASSWORDS}, "logins")


@tap.test
def mechanism_not_offered():
    """A mechanism that the server does not offer is unmet, and nothing is sent"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = login(server, "--mechanism", "SCRAM-SHA-256")
        nothing_in_clear(server)
    expects(run, "login", "unmet")
    tap.equal(mailbox.logins, [], "logins")


@tap.test
def no_known_mechanism():
    """A server that offers no mechanism that is known: unmet, and nothing is sent"""
    with served(Mailbox("X-OURS", "GSSAPI")) as server:
        expects(login(server), "login", "unmet")
        nothing_in_clear(server)


def bound(version, kinds):
    """SCRAM-SHA-256-PLUS binds to the session, and says by what."""
    mailbox = Mailbox("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", certificate=END_POINT)
    limit = {"lowest": version, "highest": version}
    with served(mailbox, **limit) as server:
        run = login(server, "--mechanism", "SCRAM-SHA-256-PLUS")
    expects(run, "login", "met")
    tap.true(mailbox.bindings and mailbox.bindings[0] in kinds, f"bindings: {mailbox.bindings}")


tap.add("channel binding over TLS 1.2", bound, 0x0303,
        ("p=tls-exporter", "p=tls-unique", "p=tls-server-end-point"))
tap.add("channel binding over TLS 1.3", bound, 0x0304, ("p=tls-exporter", "p=tls-server-end-point"))


@tap.test
def server_proves_itself():
    """A server that cannot prove itself in SCRAM is unmet, though it says +OK"""
    mailbox = Mailbox("SCRAM-SHA-256", server_signature=False)
    with served(mailbox) as server:
        expects(login(server), "login", "unmet")


def iterations(count, state):
    mailbox = Mailbox("SCRAM-SHA-256", iterations=count)
    with served(mailbox) as server:
        expects(login(server, timeout=20), "login", state)


tap.add("SCRAM with 4096 iterations", iterations, 4096, "met")
tap.add("SCRAM with 1000 iterations, too few to be safe", iterations, 1000, "unmet")
tap.add("SCRAM with 10^6 + 1 iterations, too many", iterations, 1000001, "unmet")


@tap.test
def odd_names():
    """Commas and equal signs in a name are escaped in SCRAM; the password may hold anything"""
    for name, mechanism in (("a,b=c", "SCRAM-SHA-256"), ("a,b=c", "PLAIN"),
                            ("w i d e", "USER"), ("ümlaut@example.org", "PLAIN")):
        mailbox = Mailbox(mechanism, user=name, password=" p=,\\\"' $%x ")
        with served(mailbox) as server:
            run = login(server, env=credentials(mailbox.password, name))
        expects(run, "login", "met")


@tap.test
def no_lines_in_credentials():
    """A name with a line end in it is never sent: it would be a command of its own"""
    mailbox = Mailbox("USER")
    with served(mailbox) as server:
        run = login(server, env=credentials(user="a\r\nDELE 1"))
        tap.true(not server.asked(b"DELE"), "a command was smuggled in")
    tap.true(run.code in (1, 2, 3), f"exit: {run}")


@tap.test
def by_stls():
    """A login over STLS, on a session of its own"""
    mailbox = Mailbox("PLAIN")
    with FakeServer(mailbox.behave(), secure=library()) as server:
        run = login(server)
    expects(run, "login", "met")
    tap.equal(mailbox.logins, [("PLAIN", True)], "logins")
    run.exits(0)


@tap.test
def by_s_server():
    """A login over openssl s_server, with TLS 1.2 and 1.3"""
    for version in ("-tls1_2", "-tls1_3"):
        mailbox = Mailbox("CRAM-MD5")
        with FakeServer(mailbox.behave(), tls=True,
                        secure=SServer(pki().leaf("good"), version)) as server:
            expects(login(server), "login", "met")


@tap.test
def quits():
    """After the login: STAT, QUIT, and nothing else"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        login(server).exits(0)
        commands = next(each.commands for each in server.connections
                        if getattr(each, "logged_in", False))
    words = [line.split()[0] for line in commands]
    tap.equal(words, [b"CAPA", b"AUTH", b"STAT", b"QUIT"], "commands")


# --- told apart ---------------------------------------------------------------------------

def told_apart(behave, state, reasons, timeout=5, tls=True):
    with FakeServer(behave(), tls=tls, secure=library()) as server:
        run = login(server, timeout=timeout)
    expects(run, "login", state, *reasons)
    exits_by_states(run)


def hanging():
    behave = Mailbox("PLAIN").behave()
    behave.over_tls["AUTH"] = hang
    return behave


for title, *rest in (
        ("a wrong password", lambda: refusing(WRONG).behave(), "unmet", ("wrong-password",)),
        ("a server that is busy", lambda: refusing("-ERR [SYS/TEMP] Try later.").behave(),
         "undetermined", ("refused",)),
        ("a mailbox in use", lambda: refusing("-ERR [IN-USE] Locked.").behave(),
         "undetermined", ("refused",)),
        ("a login that is too early", lambda: refusing("-ERR [LOGIN-DELAY] Wait.").behave(),
         "undetermined", ("refused",)),
        ("a server that closes", lambda: closing(Mailbox("PLAIN")), "undetermined", ("closed",)),
        ("a server that stops", hanging, "undetermined", ("timeout",), 1),
        ("a server without TLS", lambda: plain_pop3("USER"), "undetermined", ("not-sent",), 5,
         False),
):
    tap.add(f"told apart: {title}", told_apart, *rest)


@tap.test
def unreachable():
    """A server that is not there is no wrong password"""
    run = verify("login", *TRUSTED, f"pop3s://127.0.0.1:{closed_port()}", env=credentials())
    expects(run, "login", "undetermined", "unreachable", "not-sent")
    run.exits(2)


@tap.test
def tried_once():
    """After a wrong password no other mechanism is tried"""
    mailbox = Mailbox(*PASSWORDS)
    with served(mailbox) as server:
        expects(login(server, env=credentials("wrong")), "login", "unmet", "wrong-password")
    tap.equal(len(mailbox.logins), 1, f"logins: {mailbox.logins}")


# --- chain and name have to hold ------------------------------------------------------------

def withheld(leaf, words=TRUSTED):
    """Nothing is sent to whoever cannot show the certificate."""
    mailbox = Mailbox("PLAIN", "SCRAM-SHA-256", "CRAM-MD5", "USER")
    with served(mailbox, leaf) as server:
        run = login(server, trusted=words)
        nothing_in_clear(server)
    expects(run, "login", "undetermined", "not-sent")
    tap.equal(mailbox.logins, [], "logins")
    tap.equal(mailbox.names, [], "not even the name")
    run.exits(2)


for each in ("self-signed", "expired", "not-yet", "wrong-name", "unknown-root", "no-intermediate",
             "cn-only", "wrong-usage", "below-a-leaf", "old-above"):
    tap.add(f"withheld: {each}", withheld, each)
tap.add("withheld: without --ca", withheld, "ec", ("--tls-name", NAME))
tap.add("withheld: only an address", withheld, "ec", ("--ca", pki().root))
tap.add("withheld: under another name", withheld, "ec",
        ("--ca", pki().root, "--tls-name", "mail.popseal.test"))


@tap.test
def withheld_when_revoked():
    """Nothing is sent where the staple says that the certificate is revoked"""
    mailbox = Mailbox("PLAIN")
    with FakeServer(mailbox.behave(), tls=True,
                    secure=SServer(pki().leaf("staple-revoked"))) as server:
        expects(login(server), "login", "undetermined", "not-sent")
    tap.equal(mailbox.logins, [], "logins")


def insecure(leaf, words, offered, taken):
    mailbox = Mailbox(*offered, certificate=der(pki().leaf(leaf).certificate))
    with served(mailbox, leaf) as server:
        run = login(server, "--insecure", trusted=words)
    record = expects(run, "login", "met")
    tap.equal(mailbox.mechanism, taken, "mechanism")
    tap.equal([each["overridden"] for each in record["logins"]], [True], "overridden")
    tap.contains(record["message"], "did not hold", "the message")
    run.exits(0)


tap.add("--insecure: self-signed", insecure, "self-signed", (), ("PLAIN",), "PLAIN")
tap.add("--insecure: another name", insecure, "wrong-name", TRUSTED, ("USER",), "USER")
tap.add("--insecure: what does not reveal the password comes first", insecure, "expired", TRUSTED,
        ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "USER"), "SCRAM-SHA-256")
tap.add("--insecure: bound to the session where it can be", insecure, "ec", (),
        ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS"), "SCRAM-SHA-256-PLUS")
tap.add("--insecure: CRAM-MD5 before PLAIN", insecure, "self-signed", (), ("PLAIN", "CRAM-MD5"),
        "CRAM-MD5")


@tap.test
def not_overridden():
    """--insecure where all holds overrides nothing, and the record does not say so"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = login(server, "--insecure")
    tap.equal([each["overridden"] for each in only(run, "login")["logins"]], [False], "overridden")


@tap.test
def never_in_clear():
    """No credential of the user's without TLS, whatever the server invites, --insecure or not"""
    taking = {"CAPA": capa("USER", "SASL PLAIN LOGIN"), "USER": "+OK", "PASS": "+OK in",
              "AUTH": "+ "}
    with FakeServer(Pop3(taking)) as server:
        for words in ((), ("--insecure",)):
            run = login(server, *words)
            expects(run, "login", "undetermined", "not-sent")
        nothing_in_clear(server)


@tap.test
def only_where_it_is_expected():
    """Without login among the expectations no credential is sent"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        login(server, expect="tls,cert").exits(0)
    tap.equal(mailbox.logins, [], "logins")


# --- where the credential comes from -----------------------------------------------------------

# The machine is the name that the certificate is held against: who it is for gets the password.
def netrc(text, mode=0o600):
    path = scratch() / f"netrc-{time.monotonic_ns()}"
    path.write_text(text)
    path.chmod(mode)
    return path


def quoted(password=PASSWORD):
    return '"' + password.replace("\\", "\\\\").replace('"', '\\"') + '"'


ENTRY = f"login {USER} password {quoted()}"
NETRCS = (
    ("its machine", f"machine {NAME} {ENTRY}\n", "met"),
    ("its machine, after another", f"machine other login a password b\nmachine {NAME} {ENTRY}\n",
     "met"),
    ("the default", f"machine other login a password b\ndefault {ENTRY}\n", "met"),
    ("over several lines", f"machine {NAME}\n\tlogin {USER}\n\tpassword {quoted()}\n", "met"),
    ("with comments and a macro",
     f"# mine\nmachine x login a password b\nmacdef init\ncd /\nmachine 127.0.0.1\n\n"
     f"machine {NAME} {ENTRY}\n", "met"),
    ("a wrong password", f"machine {NAME} login {USER} password wrong\n", "unmet"),
    ("the default before its machine", f"default login a password b\nmachine {NAME} {ENTRY}\n",
     "met"),
)


def by_netrc(text, state):
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = login(server, "--netrc", netrc(text), env=environment())
    expects(run, "login", state)
    tap.equal(len(mailbox.logins), 1, "logins")


for title, text, wanted in NETRCS:
    tap.add(f"netrc: {title}", by_netrc, text, wanted)


def refused_netrc(path, *named):
    """It is not read, and nothing is asked."""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = verify("login", *TRUSTED, "--netrc", path, server.url, env=environment(),
                     form="text")
    tap.true(run.code in (3, 4), f"exit: {run}")
    for part in named:
        tap.contains(run.err, part, "message")
    tap.equal(mailbox.logins, [], "logins")


def with_mode(mode):
    path = netrc(f"machine {NAME} {ENTRY}\n", mode)
    refused_netrc(path, str(path))


for each in (0o644, 0o640, 0o660, 0o604, 0o602, 0o620):
    tap.add(f"netrc of mode {each:04o} is refused", with_mode, each)


@tap.test
def netrc_readable_by_owner_alone():
    """A netrc file of mode 0400 is as good as one of 0600"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = login(server, "--netrc", netrc(f"machine {NAME} {ENTRY}\n", 0o400),
                    env=environment())
    expects(run, "login", "met")


@tap.test
def netrc_missing():
    """A netrc file that is not there is named"""
    refused_netrc("/no/such/netrc", "/no/such/netrc")


@tap.test
def netrc_broken():
    """A broken netrc file is named with its line, and never with what stands in it"""
    path = netrc(f"machine {NAME} login {USER}\npassword\n")
    refused_netrc(path, str(path))
    path = netrc(f"machine {NAME} login {USER} password \"{PASSWORD}\n")
    refused_netrc(path, str(path))


@tap.test
def netrc_folder():
    """A folder, or a file of many megabytes, is no netrc file"""
    folder = scratch() / "folder"
    folder.mkdir(mode=0o600)
    refused_netrc(folder, str(folder))
    refused_netrc(netrc("#" * (256 * 1024 + 1)))


@tap.test
def netrc_without_entry():
    """Without an entry for the host nothing is sent, and login is undetermined"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = login(server, "--netrc", netrc(f"machine other {ENTRY}\n"), env=environment())
    expects(run, "login", "undetermined", "not-sent")
    tap.equal(mailbox.logins, [], "logins")
    run.exits(2)


@tap.test
def netrc_for_each_host():
    """Each host gets its own machine's password, and no other's"""
    mailbox = Mailbox("PLAIN")
    text = (f"machine n1.popseal.test {ENTRY}\nmachine n2.popseal.test login other password b\n"
            f"machine n3.popseal.test login third password c\n")
    with FakeServer(mailbox.behave(), tls=True, secure=library("many-names"), address="") as server:
        targets = [f"pop3s://127.0.0.{i}:{server.port}" for i in (1, 2)]
        policy = scratch() / "policy-of-names"
        policy.write_text("".join(f"[{target}]\nexpect=login\nca={pki().root}\n"
                                  f"tls-name=n{i}.popseal.test\n"
                                  for i, target in enumerate(targets, 1)))
        run = verify("", "--policy", policy, "--netrc", netrc(text), *targets, env=environment())
    found = {key[0]: record["state"] for key, record in expectations(run).items()}
    tap.equal(found, dict(zip(targets, ("met", "unmet"))), "states")
    tap.equal(sorted(mailbox.names), sorted([USER, "other"]), "names")


@tap.test
def no_credentials():
    """Without any credential and without a terminal there is no login, and no exit 0 or 1"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = login(server, env=environment())
    tap.true(run.code in (2, 3, 4), f"exit: {run}")
    tap.equal(mailbox.logins, [], "logins")


def on_terminal(words, answers, env):
    """Runs it with a terminal of its own: (exit code, what the terminal showed, stdout)."""
    near, far = pty.openpty()
    process = subprocess.Popen(
        [POPSEAL, *map(str, words)], stdin=far, stdout=subprocess.PIPE, stderr=far, env=env,
        start_new_session=True, preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)))
    os.close(far)
    shown, answers, seen = b"", list(answers), 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([near], [], [], 0.2)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            data = os.read(near, 4096)
        except OSError:  # the far end is closed
            break
        if not data:
            break
        shown += data
        if answers and answers[0][0] in shown[seen:].lower():
            # The question is asked before the echo is off: wait for what has to be so.
            if answers[0][2]:
                tap.within(10, lambda: not echoes(near), "the echo is off")
            seen = len(shown)
            os.write(near, answers.pop(0)[1].encode() + b"\n")
    out, _ = process.communicate(timeout=60)
    echo = echoes(near)
    os.close(near)
    tap.equal(answers, [], f"what was not asked; shown: {shown!r}")
    return process.returncode, shown, out, echo


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


@tap.test
def prompt():
    """The password is asked for on the terminal, without echo"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        code, shown, out, echo = on_terminal(
            verify_words("login", *TRUSTED, server.url), [(b"password", PASSWORD, True)],
            environment(POPSEAL_USER=USER))
    tap.equal(mailbox.logins, [("PLAIN", True)], f"logins; shown: {shown!r} {out!r}")
    tap.equal(code, 0, f"exit; {out!r}")
    no_secret(shown, "the terminal")
    no_secret(out, "standard output")
    tap.true(echo, "the terminal is left without echo")


@tap.test
def prompt_for_both():
    """Without POPSEAL_USER the name is asked for, too"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        code, shown, out, _ = on_terminal(
            verify_words("login", *TRUSTED, server.url),
            [(b"user", USER, False), (b"password", PASSWORD, True)], environment())
    tap.equal(mailbox.logins, [("PLAIN", True)], f"logins; shown: {shown!r} {out!r}")
    tap.equal(code, 0, f"exit; {out!r}")
    no_secret(shown, "the terminal")


# --- the secret is nowhere ------------------------------------------------------------------

# A name, or what SCRAM begins with: nothing is made of the secret in it.
PUBLIC = re.compile(rb"([nyp](=[^,]*)?,(a=[^,]*)?,n=|%s$)" % re.escape(USER.encode()))


def secret_nowhere(name, right):
    """Neither on stdout and stderr nor in transcript, evidence, status or metrics."""
    mailbox = Mailbox(name, certificate=END_POINT)
    folder = scratch() / f"nowhere-{name}-{right}"
    folder.mkdir()
    env = credentials() if name not in TOKENS else token()
    mailbox.password = mailbox.password if right else "another"
    mailbox.token = mailbox.token if right else "another"
    with served(mailbox) as server:
        for form in ("json", "html"):
            words = ["--transcript", "--verbose", "--evidence", folder / f"e.{form}"]
            words += ["--status-file", folder / "status"] if has("--status-file") else []
            words += ["--metrics", folder / "metrics"] if has("--metrics") else []
            run = login(server, *words, env=env)
    expects(run, "login", "met" if right else wrong_state(name))
    files = list(folder.iterdir())
    tap.true(len(files) >= 2, f"files: {files}")
    for path in files:
        no_secret(path.read_bytes(), path.name)
    made = [line for each in server.connections for line in each.responses]
    made += [line.split()[2] for each in server.connections for line in each.commands
             if line.startswith(b"AUTH ") and len(line.split()) > 2]
    made = [line for line in made if len(line) > 8 and not PUBLIC.match(decoded(line))]
    if name != "USER":
        tap.true(made, "no responses")
    for path in files:
        no_secret(path.read_bytes(), path.name, made)
    no_secret(run.raw, "standard output", made)
    tap.contains(run.out, "<secret>", "the transcript")


def has(option):
    return option in popseal("verify", "--help").out


for each in (*ALL, *TOKENS):
    tap.add(f"the secret is nowhere: {each}", secret_nowhere, each, True)
    tap.add(f"the secret is nowhere: {each}, wrong", secret_nowhere, each, False)


@tap.test
def echoed():
    """A server that says the password back does not get it into the output"""
    def parrot(connection, line):
        connection.say("-ERR [AUTH] not " + line.decode())
    for name in ("PLAIN", "USER"):
        mailbox = Mailbox(name)
        behave = mailbox.behave()
        behave.over_tls.update({"AUTH": parrot, "PASS": parrot})
        with FakeServer(behave, tls=True, secure=library()) as server:
            run = login(server, "--transcript", "--verbose")
            made = [line.split()[2] for line in server.commands
                    if line.startswith(b"AUTH ") and len(line.split()) > 2]
        no_secret(run.raw, "standard output", secret_forms() + made)
        tap.equal(only(run, "login")["state"], "unmet", "state")


def processes(pid):
    """The process and all that it started."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
    found = [pid] if pid in parents else []
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def dumps_core(pid):
    """Whether a crash of it would leave its memory in a file."""
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    if line.split()[4:6] == ["0", "0"]:
        return False
    # What belongs to root though its process does not is closed to others, dumps among them.
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    owner = int(next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1])
    return owner == 0 or os.stat(f"/proc/{pid}/maps").st_uid != 0


@tap.test
def no_core():
    """While it holds the password no process of it dumps core, and none shows it as an argument"""
    behave = Mailbox("PLAIN").behave()
    behave.over_tls["AUTH"] = after(3, WRONG)
    path = netrc(f"machine {NAME} {ENTRY}\n")
    with FakeServer(behave, tls=True, secure=library()) as server:
        process = start(*verify_words("login", *TRUSTED, "--netrc", path, server.url, timeout=20))
        tap.within(60, lambda: server.asked(b"AUTH") or process.poll() is not None, "the login")
        everyone = processes(process.pid)
        tap.true(everyone, "it has ended before it held anything")
        for pid in everyone:
            tap.true(not dumps_core(pid), f"process {pid} of {everyone} would dump core")
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
            no_secret(words, "a command line")
        run = finish(process, 60)
    expects(run, "login", "unmet", "wrong-password")


@tap.test
def both_endpoints():
    """STLS and implicit TLS each have a login of their own"""
    mailbox = Mailbox("PLAIN")
    clear = FakeServer(mailbox.behave(), secure=library())
    over_tls = FakeServer(mailbox.behave(), tls=True, secure=library())
    with both(clear, over_tls) as (words, *_):
        run = verify("login", *TRUSTED, *words, env=credentials()).exits(0)
    found = {key[0]: record["state"] for key, record in expectations(run).items()}
    tap.equal(found, {clear.url: "met", over_tls.url: "met"}, "states")
    tap.equal(len(mailbox.logins), 2, "logins")


@tap.test
def tls_first():
    """What speaks TLS from the first byte gets its login so, though it was asked as pop3://"""
    mailbox = Mailbox("PLAIN")
    with served(mailbox) as server:
        run = verify("login", *TRUSTED, f"pop3://{server.target}", env=credentials(), timeout=1)
    expects(run, "login", "met")
    tap.equal(len(mailbox.logins), 1, "logins")


if __name__ == "__main__":
    tap.main()
