#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""popseal fix export: what it writes is run, against a server by script.

The server takes logins in clear until it is told by a stand-in for its reload, which says what the
configuration is by then: so what is proven is the file that was written.
"""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile

import tap
import validators
from fakeserver import FakeServer, Pop3, close
from keypair import pair
from program import SANITIZED, SOURCE, environment, popseal, scratch

SECONDS = 100

DOVECOT = """\
protocols = pop3
!include conf.d/*.conf
service pop3-login {{
  inet_listener pop3 {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""
AUTH = ("# kept: {{ braces }} 'quotes' $HOME `x` \\\r\nauth_mechanisms = plain\r\n"
        "disable_plaintext_auth = no  # why?")
SSL = "ssl = yes\nssl_cert = </etc/x.pem\nssl_key = </etc/x.key\n"


class Host:
    """A host's folder, and the server that stands for the one on it."""

    def __init__(self, obeys=True):
        self.root = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        self.obeys = obeys
        self.server = FakeServer(self.behave)
        self.folder = self.root / "etc" / "dovecot"
        (self.folder / "conf.d").mkdir(parents=True)
        self.write("dovecot.conf", DOVECOT.format(port=self.server.port))
        self.write("conf.d/10-auth.conf", AUTH)
        self.write("conf.d/10-ssl.conf", SSL)
        (self.folder / "conf.d/10-auth.conf").chmod(0o640)
        self.told = self.root / "told"
        self.before = self.tree()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def write(self, name, text):
        (self.folder / name).write_bytes(text.encode())

    def tree(self):
        """Its files and their modes by their names."""
        return {str(path.relative_to(self.folder)): (path.read_bytes(),
                                                     stat.S_IMODE(path.stat().st_mode))
                for path in sorted(self.folder.rglob("*")) if path.is_file()}

    def link(self):
        """Has a file be a link to one elsewhere, as configuration management leaves them."""
        link = self.folder / "conf.d/10-ssl.conf"
        (self.root / "elsewhere").mkdir()
        link.rename(self.root / "elsewhere/ssl")
        link.symlink_to(self.root / "elsewhere/ssl")

    def is_still_linked(self):
        tap.true((self.folder / "conf.d/10-ssl.conf").is_symlink(), "a file took a link's place")
        tap.equal(sorted(path.name for path in (self.folder / "conf.d").iterdir()),
                  ["10-auth.conf", "10-ssl.conf"], "what is left in the folder")

    @property
    def reload(self):
        """With what is a template to Ansible, and none to the shell."""
        template = "'{{ 1 + 1 }} {% endraw %}'"
        return (f": {template}; grep -c '^ssl = required' {self.folder}/conf.d/10-ssl.conf "
                f">>{self.told} || :")

    @property
    def reloads(self):
        """What the configuration said when the server was told, each time."""
        return self.told.read_text("ascii").split() if self.told.exists() else []

    def behave(self, connection):
        closed = self.obeys and self.reloads[-1:] == ["1"]
        Pop3({"USER": "-ERR [SYS/PERM] Plaintext authentication disallowed"} if closed else
             {"USER": "+OK", "PASS": "-ERR [AUTH] Authentication failed.",
              "AUTH PLAIN": "+ "})(connection)

    def is_closed(self):
        after = self.tree()
        tap.equal(after.keys(), self.before.keys(), "files")
        tap.equal(after["conf.d/10-ssl.conf"][0].splitlines()[0], b"ssl = required", "ssl")
        tap.equal(after["conf.d/10-auth.conf"],
                  (AUTH.replace("auth = no", "auth = yes").encode(), 0o640), "10-auth.conf")

    def is_as_before(self):
        tap.equal(self.tree(), self.before, "files")


MARK = re.compile(rb"@[A-Z]+@")


def filled(folder):
    """The folder, if nothing is left in it that was to be filled in."""
    for path in folder.rglob("*"):
        if path.is_file():
            tap.equal(MARK.findall(path.read_bytes()), [], path)
    return folder


def export(form, host, *more, reload=None, code=0):
    """Exports the plan; returns the folder."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch())) / "popseal_fix"
    popseal("fix", "export", "--to", form, "--product", "dovecot", "--product-version", "2.3",
            "--certificate", pair() / "cert.pem", "--key", pair() / "key.pem",
            "--check-command", "true", "--reload-command", reload or host.reload, *more,
            host.folder, folder).exits(code)
    return filled(folder)


# --- ansible ----------------------------------------------------------------------------------


def need(program):
    if shutil.which(program) is None:
        raise tap.Skip(f"{program} is not installed")


class Play:
    """How one run of the role went."""

    def __init__(self, host, role, *words, path="", **variables):
        if SANITIZED:
            raise tap.Skip("a role does not run popseal")
        need("ansible-playbook")
        home = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        (home / "inventory").write_text(
            "mail ansible_connection=local ansible_host=127.0.0.1 "
            "ansible_python_interpreter=/usr/bin/python3\n", "ascii")
        (home / "play.yml").write_text(json.dumps(
            [{"hosts": "mail", "gather_facts": False, "roles": [{"role": str(role)}]}]), "ascii")
        given = {"popseal_fix_prefix": str(host.root), "popseal_fix_become": False,
                 "popseal_fix_retries": 1, "popseal_fix_delay": 0, **variables}
        self.done = subprocess.run(
            ["ansible-playbook", "-i", home / "inventory", "-e", json.dumps(given), *words,
             home / "play.yml"],
            capture_output=True, text=True, timeout=SECONDS, check=False, cwd=home,
            env=environment(HOME=str(home), PATH=f"{path}:{os.environ['PATH']}",
                            ANSIBLE_NOCOLOR="1",
                            ANSIBLE_LOCAL_TEMP=str(home / "tmp")))

    def ends(self, changed, failed=0):
        tap.contains(self.done.stdout, "PLAY RECAP", self.done.stdout + self.done.stderr)
        recap = dict(part.split("=") for part in self.done.stdout.split("PLAY RECAP")[1].split()
                     if "=" in part)
        tap.equal((recap["failed"], self.done.returncode), (str(failed), 2 if failed else 0),
                  self.done.stdout + self.done.stderr)
        tap.equal(recap["changed"] != "0", changed, "changed: " + self.done.stdout)
        return self.done.stdout


@tap.test
def role_lint():
    """The role passes ansible-lint's production profile."""
    need("ansible-lint")
    with Host() as host:
        role = export("ansible", host)
    roles = [role]
    for case, *more in (("xinetd/two",), ("inetd/addresses",),
                        ("postfix/guide", "--smtp", "--certificate", pair() / "cert.pem", "--key",
                         pair() / "key.pem")):
        product = case.split("/")[0]
        roles.append(role.with_name(product))
        popseal("fix", "export", "--to", "ansible", "--product", product, *more,
                SOURCE / "tests" / "configs" / case / "in", roles[-1]).exits(0)
    done = subprocess.run(
        ["ansible-lint", "--offline", "--strict", "--profile", "production", *map(filled, roles)],
        capture_output=True, text=True, timeout=SECONDS, check=False, cwd=role.parent,
        env=environment(HOME=str(role.parent), NO_COLOR="1"))
    tap.equal(done.returncode, 0, done.stdout + done.stderr)


@tap.test
def role_twice():
    """The role changes, and then leaves unchanged; check mode writes nothing."""
    with Host() as host:
        role = export("ansible", host)
        host.link()
        Play(host, role, "--check").ends(changed=True)
        host.is_as_before()
        tap.equal(host.reloads, [], "reloads in check mode")
        Play(host, role).ends(changed=True)
        host.is_closed()
        tap.equal(host.reloads, ["1"], "reloads")
        Play(host, role).ends(changed=False)
        host.is_closed()
        host.is_still_linked()
        tap.equal(host.reloads, ["1"], "reloads")


@tap.test
def role_unproven():
    """The role is taken back where the server still takes logins in clear."""
    with Host(obeys=False) as host:
        role = export("ansible", host)
        host.link()
        said = Play(host, role).ends(changed=True, failed=1)
        tap.contains(said, "taken in clear")
        host.is_as_before()
        host.is_still_linked()
        tap.equal(host.reloads, ["1", "0"], "reloads")


@tap.test
def role_untold():
    """The role is taken back where the server cannot be told, or its checker rejects it."""
    with Host() as host:
        role = export("ansible", host)
        Play(host, role, popseal_fix_reload_command="exit 7").ends(changed=True, failed=1)
        host.is_as_before()
        said = Play(host, role, popseal_fix_check_command="echo no >&2; exit 9").ends(
            changed=True, failed=1)
        tap.contains(said, "own checker")
        host.is_as_before()
        tap.equal(host.reloads, ["0"], "reloads")


@tap.test
def role_validated():
    """A file that is all that the server reads is validated before it is written."""
    with Host() as host:
        shutil.rmtree(host.folder / "conf.d")
        host.write("dovecot.conf", DOVECOT.format(port=host.server.port).replace(
            "!include conf.d/*.conf\n", SSL + "disable_plaintext_auth = no\n"))
        host.before = host.tree()
        folder = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        popseal("fix", "export", "--to", "ansible", "--product", "dovecot", "--product-version",
                "2.3", "--certificate", pair() / "cert.pem", "--key", pair() / "key.pem",
                "--reload-command", "true", host.folder, folder / "popseal_fix").exits(0)
        checker = folder / "doveconf"
        checker.write_text('#!/bin/sh\nfor file; do :; done\n'
                           f'[ "$file" = {host.folder}/dovecot.conf ] ||\n'
                           f'\tgrep "^ssl = required" "$file" >{folder}/seen\nexit 1\n', "ascii")
        checker.chmod(0o755)
        said = Play(host, folder / "popseal_fix", path=folder).ends(changed=True, failed=1)
        tap.contains(said, "failed to validate")
        tap.equal((folder / "seen").read_text("ascii"), "ssl = required\n", "what was checked")
        host.is_as_before()


@tap.test
def role_edited():
    """The role leaves a file alone that somebody has edited since."""
    with Host() as host:
        role = export("ansible", host)
        host.write("conf.d/10-ssl.conf", SSL + "# mine\n")
        edited = host.tree()
        said = Play(host, role).ends(changed=False, failed=1)
        tap.contains(said, "has changed since")
        tap.equal(host.tree(), edited, "files")


# --- what asks afterwards ---------------------------------------------------------------------

PROBED = (
    ("USER is refused", 0, "pop3", {"USER": "-ERR first STLS"}),
    ("USER and PASS are tried", 1, "pop3", {"USER": "+OK", "PASS": "-ERR no such user"}),
    ("PASS is refused for want of TLS", 0, "pop3", {"USER": "+OK", "PASS": "-ERR use TLS"}),
    ("AUTH PLAIN is invited", 1, "pop3", {"USER": "-ERR", "AUTH PLAIN": "+ "}),
    ("the connection is closed on a login", 0, "pop3", {"AUTH PLAIN": close}),
    ("it listens where nothing is to", 1, "closed", {}),
    ("it speaks no TLS", 2, "pop3s", {}),
)


def probe(port, mode):
    path = SOURCE / "src" / "fix" / "templates" / "probe.py"
    return subprocess.run(["python3", path, "127.0.0.1", str(port), mode], check=False,
                          capture_output=True, timeout=SECONDS).returncode


def probed(code, mode, replies):
    with FakeServer(Pop3(replies)) as server:
        tap.equal(probe(server.port, mode), code, "exit")


for row in PROBED:
    tap.add(f"the role's probe: {row[0]}", probed, *row[1:])


@tap.test
def probed_ends():
    """the role's probe: TLS, a server that is none of POP3's, and no server."""
    with FakeServer(Pop3({}), tls=True) as server:
        tap.equal(probe(server.port, "pop3s"), 0, "exit over TLS")
    with FakeServer(Pop3({}, greeting="220 smtp")) as server:
        tap.equal(probe(server.port, "pop3"), 2, "exit of SMTP")
    for mode, code in (("pop3", 0), ("closed", 0), ("pop3s", 2)):
        tap.equal(probe(server.port, mode), code, f"exit where nothing listens: {mode}")


# --- shell ------------------------------------------------------------------------------------


def script(host, folder, *words, code=0, **more):
    """Runs it, with an ssh that stays here: this server is one that trusts its own host."""
    bin_folder = folder.parent / "bin"
    bin_folder.mkdir(exist_ok=True)
    ssh = bin_folder / "ssh"
    ssh.write_text('#!/bin/sh\nshift\nexec "$@"\n', "ascii")
    ssh.chmod(0o755)
    env = environment(PATH=f"{bin_folder}:{os.environ['PATH']}", **more)
    done = subprocess.run(["dash", folder / "popseal-fix.sh", "--root", host.root, *words],
                          capture_output=True, text=True, timeout=SECONDS, check=False, env=env)
    tap.equal(done.returncode, code, done.stdout + done.stderr)
    return done.stdout + done.stderr


@tap.test
def shell_forth_and_back():
    """The script changes, changes nothing again, and puts back."""
    with Host() as host:
        folder = export("shell", host)
        host.link()
        script(host, folder, "--check")
        host.is_as_before()
        said = script(host, folder, "--verify-from", "other")
        tap.contains(said, "USER is refused")
        host.is_closed()
        script(host, folder, "--verify-from", "other")
        host.is_closed()
        script(host, folder, "--rollback")
        host.is_as_before()
        tap.equal(host.reloads, ["1", "1", "0"], "reloads")
        host.is_still_linked()


@tap.test
def shell_checked():
    """shellcheck finds nothing in the scripts."""
    need("shellcheck")
    with Host() as host:
        paths = [export("shell", host) / "popseal-fix.sh"]
    paths += settings("zimbra", "zmprov", "zmprov.txt", ZIMBRA).glob("*.sh")
    done = subprocess.run(["shellcheck", "-s", "sh", *paths], capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    tap.equal((len(paths), done.returncode), (3, 0), done.stdout)


@tap.test
def shell_taken_back():
    """The script is taken back: not proven, not told, rejected."""
    with Host(obeys=False) as host:
        folder = export("shell", host)
        said = script(host, folder, "--verify-from", "other", code=5)
        tap.contains(said, "taken in clear")
        host.is_as_before()
        tap.equal(host.reloads, ["1", "0"], "reloads")
        script(host, folder, "--no-verify", "--reload", "exit 7", code=5)
        host.is_as_before()
        path = folder / "popseal-fix.sh"
        path.write_bytes(path.read_bytes().replace(b"_command='true'", b"_command='exit 9'"))
        tap.contains(script(host, folder, "--no-verify", code=5), "checker rejects")
        host.is_as_before()


@tap.test
def shell_refuses():
    """The script refuses what was edited since, a damaged text, and its own host as a witness."""
    with Host() as host:
        folder = export("shell", host)
        tap.contains(script(host, folder, code=3), "trusts its own host")
        tap.contains(script(host, folder, "--root", code=3), "needs a value")
        path = folder / "popseal-fix.sh"
        text = path.read_bytes()
        path.write_bytes(text.replace(b"\nssl = required", b"\nssl = yes"))
        tap.contains(script(host, folder, "--no-verify", code=4), "damaged")
        path.write_bytes(text)
        host.is_as_before()
        host.write("conf.d/10-ssl.conf", SSL + "# mine\n")
        edited = host.tree()
        tap.contains(script(host, folder, "--no-verify", code=4), "has changed since")
        tap.equal(host.tree(), edited, "files")
        tap.equal(host.reloads, [], "reloads")


# --- Exchange and Zimbra ----------------------------------------------------------------------

EXCHANGE = """\
Server                   : EX01
LoginType                : PlainTextLogin
UnencryptedOrTLSBindings : {[::]:110, 0.0.0.0:110}
SSLBindings              : {[::]:995}
X509CertificateName      : o'mail.example.com

Server                   : EX02
LoginType                : SecureLogin

Server                   : EX03
LoginType                : PlainTextLogin
"""

ZIMBRA = """\
# name store.example.org
zimbraPop3CleartextLoginEnabled: TRUE
zimbraReverseProxyPop3StartTlsMode: on
"""


def settings(product, form, name, text, code=0):
    folder = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    (folder / "in").mkdir()
    (folder / "in" / name).write_text(text, "utf-8")
    popseal("fix", "export", "--to", form, "--product", product, folder / "in",
            folder / "out").exits(code)
    return filled(folder / "out")


@tap.test
def powershell_text():
    """The PowerShell script has each server that permits, with its old value and its new one."""
    text = (settings("exchange", "powershell", "popsettings.txt", EXCHANGE) /
            "popseal-fix.ps1").read_text("ascii")
    for server in ("EX01", "EX03"):
        tap.contains(text, f"@{{ Server = '{server}'; Setting = 'LoginType'; "
                           "Before = 'PlainTextLogin'; After = 'SecureLogin' }")
    tap.lacks(text, "EX02")
    tap.contains(text, "'o''mail.example.com'")
    tap.contains(text, "$Ports = @(110)")
    for word in ("Enable-ExchangeCertificate", "MSExchangePOP3BE", "Restart-Service"):
        tap.contains(text, word)
    tap.lacks(text, "@PLAN@")


@tap.test
def powershell_parses():
    """The PowerShell script is one to a parser of PowerShell."""
    path = settings("exchange", "powershell", "popsettings.txt", EXCHANGE) / "popseal-fix.ps1"
    validators.powershell_by_grammar(path)
    broken = path.with_name("broken.ps1")
    broken.write_text(path.read_text("ascii").replace("catch {", "catch", 1), "ascii")
    try:
        validators.powershell_by_grammar(broken)
    except AssertionError:
        return
    raise AssertionError("the parser takes anything")


def zimbra_host(folder, restart="true"):
    """A folder of stand-ins for Zimbra's commands; the values are in a file each."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    commands = {
        "zmprov": f'cd {folder}; case $1 in gs) echo "# name $2"; echo "$3: $(cat $3)" ;; '
                  'ms) echo "$4" >$3 ;; *) exit 9 ;; esac',
        "zmmailboxdctl": f"echo restart >>{folder}/told",
        "zmproxyctl": restart,
    }
    for name, text in commands.items():
        (bin_folder / name).write_text(f"#!/bin/sh\n{text}\n", "ascii")
        (bin_folder / name).chmod(0o755)
    (folder / "zimbraPop3CleartextLoginEnabled").write_text("TRUE\n", "ascii")
    (folder / "zimbraReverseProxyPop3StartTlsMode").write_text("on\n", "ascii")
    return environment(PATH=f"{bin_folder}:{os.environ['PATH']}")


def zimbra_values(folder):
    return [(folder / name).read_text("ascii").strip() for name in
            ("zimbraPop3CleartextLoginEnabled", "zimbraReverseProxyPop3StartTlsMode")]


@tap.test
def zmprov_forth_and_back():
    """The zmprov commands set both layers, undo them, and are undone where a restart fails."""
    out = settings("zimbra", "zmprov", "zmprov.txt", ZIMBRA)

    def run(name, env):
        return subprocess.run(["dash", out / name], env=env, check=False, capture_output=True,
                              timeout=SECONDS).returncode

    good = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    env = zimbra_host(good)
    tap.equal(run("popseal-fix.sh", env), 0, "exit")
    tap.equal(zimbra_values(good), ["FALSE", "only"], "values")
    tap.equal(run("popseal-undo.sh", env), 0, "exit")
    tap.equal(zimbra_values(good), ["TRUE", "on"], "values")
    (good / "zimbraReverseProxyPop3StartTlsMode").write_text("off\n", "ascii")
    tap.equal(run("popseal-fix.sh", env), 4, "exit where a value has changed since")
    bad = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    tap.equal(run("popseal-fix.sh", zimbra_host(bad, "exit 1")), 5, "exit")
    tap.equal(zimbra_values(bad), ["TRUE", "on"], "values")


# --- the command line -------------------------------------------------------------------------


@tap.test
def usage():
    """What is missing or wrong on the command line is said, and nothing is written."""
    with Host() as host:
        plan = ("--product", "dovecot", "--product-version", "2.3")
        new = host.root / "new"
        for words, said in (
                (("export", *plan, host.folder, new), "--to ansible|shell"),
                (("export", "--to", "chef", *plan, host.folder, new), "chef"),
                (("export", "--to", "shell", *plan), "DIR is missing"),
                (("export", "--to", "shell", *plan, host.folder, new, "more"), "one PATH"),
                (("export", "--to", "shell", *plan, host.folder, host.folder),
                 "there is something in it")):
            run = popseal("fix", *words).exits(3)
            tap.contains(run.err, said)
        run = popseal("fix", "export", "--to", "powershell", *plan, "--certificate",
                      pair() / "cert.pem", "--key", pair() / "key.pem", host.folder, new).exits(4)
        tap.contains(run.err, "this plan of Dovecot has none")
        empty = host.root / "empty"
        empty.mkdir()
        popseal("fix", "export", "--to", "shell", *plan, "--certificate", pair() / "cert.pem",
                "--key", pair() / "key.pem", host.folder, empty).exits(0)
        tap.equal([stat.S_IMODE(path.stat().st_mode) for path in empty.iterdir()], [0o700], "mode")
        host.is_as_before()
        host.write("conf.d/10-ssl.conf", "ssl = yes\n")
        run = popseal("fix", "export", "--to", "shell", *plan, host.folder, new).exits(4)
        tap.contains(run.err, "--certificate")
        tap.true(not new.exists(), "something was written")


tap.main()
