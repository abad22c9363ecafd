#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""popseal fix: the life of a change without a server (tests/interop/fix.py has those)."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

import tap
from fakeserver import FakeServer, Pop3, capa
from golden import tree
from keypair import pair
from program import AT_ONCE, POPSEAL, SANITIZED, environment, finish, popseal, scratch, start

OPEN = "protocols = pop3\nssl = yes\ndisable_plaintext_auth = no\n"
TWO = {"dovecot.conf": "protocols = pop3\nssl = yes\n!include conf.d/*.conf\n",
       "conf.d/99-local.conf": "disable_plaintext_auth = no\n"}


class Place:
    """A configuration of its own, and a journal."""

    def __init__(self, files=None):
        self.home = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        self.folder, self.state = self.home / "dovecot", self.home / "state"
        for name, text in (files or {"dovecot.conf": OPEN}).items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.before = tree(self.folder)
        self.root = self.folder / "dovecot.conf"

    @property
    def pair(self):
        return ["--certificate", pair() / "cert.pem", "--key", pair() / "key.pem"]

    def fix(self, action, *words, **options):
        return popseal("fix", action, "--format", "jsonl", "--state", self.state, *words, **options)

    def plan(self, *words):
        return popseal("fix", "--format", "jsonl", "--product", "dovecot", self.folder, *self.pair,
                       *words)

    def apply(self, *words, offline=True, **options):
        return self.fix("apply", *(["--offline"] if offline else []), "--product", "dovecot",
                        self.folder, *self.pair, *words, **options)

    def unchanged(self):
        tap.equal(tree(self.folder), self.before, "what is there")

    def is_unchanged(self):
        """Whether it is as before; a file that is being replaced may vanish from under a look."""
        try:
            return tree(self.folder) == self.before
        except OSError:
            return False

    def changed(self):
        tap.true(tree(self.folder) != self.before, "nothing was changed")


def change_of(run):
    return run.of_type("change")[-1]


def failed(run):
    return [check["name"] for check in change_of(run)["checks"] if check["state"] == "failed"]


# --- plans that others approve ---------------------------------------------------------------------

@tap.test
def plan_file():
    """A plan that was approved is applied exactly, with who and why in the journal"""
    place = Place(TWO)
    plan = place.home / "plan"
    place.plan("--plan-output", plan, "--ticket", "CHG-1", "--not-after", "2100-01-01T00:00:00Z")
    place.unchanged()
    tap.equal(plan.stat().st_mode & 0o777, 0o600, "its mode")
    run = place.fix("apply", plan, "--offline", "--approved-by", "the board").exits(0)
    tap.equal(change_of(run)["state"], "applied")
    place.changed()
    shown = place.fix("history").exits(0)
    tap.equal([change_of(shown)[key] for key in ("ticket", "approved_by", "not_after")],
              ["CHG-1", "the board", "2100-01-01T00:00:00.000Z"])
    tap.equal(change_of(place.fix("show", change_of(run)["id"]))["id"], change_of(run)["id"])


@tap.test
def plan_outdated():
    """A plan is refused where a file has changed since"""
    place = Place(TWO)
    plan = place.home / "plan"
    place.plan("--plan-output", plan)
    path = place.folder / "conf.d" / "99-local.conf"
    path.write_text("disable_plaintext_auth = no\n# and more\n")
    run = place.fix("apply", plan, "--offline").exits(4)
    tap.contains(run.err, "has changed since the plan was made")
    tap.contains(run.err, str(path))
    tap.contains(path.read_text(), "and more")


@tap.test
def plan_damaged():
    """What is no plan, or a damaged one, is refused with its name"""
    place = Place()
    plan = place.home / "plan"
    place.plan("--plan-output", plan)
    text = plan.read_text()
    record = json.loads(text)
    record["files"][0]["sha256_after"] = "0" * 64
    other = {**json.loads(text), "version": 99}
    for what, words in ((text[:200], "no JSON"), ("{}", "not a plan"),
                        (json.dumps(record), "damaged"), (json.dumps(other), "another version")):
        plan.write_text(what)
        run = place.fix("apply", plan, "--offline").exits(4)
        tap.contains(run.err, str(plan))
        tap.contains(run.err, words)
    place.unchanged()


@tap.test
def window():
    """Outside of its window a change is refused"""
    place = Place()
    for words, why in ((("--not-before", "2100-01-01T00:00:00Z"), "opens at 2100"),
                       (("--not-after", "2001-01-01T00:00:00Z"), "has closed at 2001")):
        run = place.apply(*words).exits(4)
        tap.contains(run.err, why)
    place.apply("--not-before", "tomorrow").exits(3)
    place.unchanged()


# --- refusals --------------------------------------------------------------------------------------

@tap.test
def tls_first():
    """TLS is not required where there is none"""
    place = Place()
    run = place.fix("apply", "--offline", "--product", "dovecot", place.folder).exits(4)
    tap.contains(run.err, "No certificate is configured")
    other = pair().parent / "other"
    other.mkdir(exist_ok=True)
    subprocess.run(["openssl", "genpkey", "-algorithm", "ED25519", "-out", other / "key.pem"],
                   check=True, capture_output=True)
    run = popseal("fix", "--product", "dovecot", place.folder, "--certificate",
                  pair() / "cert.pem", "--key", other / "key.pem")
    tap.contains(" ".join(run.out.split()), "is not the private key of the certificate")
    shutil.copy(pair() / "key.pem", other / "open.pem")
    os.chmod(other / "open.pem", 0o644)
    run = popseal("fix", "--product", "dovecot", place.folder, "--certificate",
                  pair() / "cert.pem", "--key", other / "open.pem")
    tap.contains(" ".join(run.out.split()), "everybody may open the private key")
    place.unchanged()


@tap.test
def chain():
    """With --ca the certificate has to lead to it"""
    place = Place()
    place.plan("--ca", pair() / "cert.pem").exits(1)
    strange = place.home / "strange.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=x",
                    "-keyout", "/dev/null", "-out", strange], check=True, capture_output=True)
    run = place.plan("--ca", strange)
    tap.contains(change_of(run)["obstacles"][0], "leads to no certificate of")


@tap.test
def dates():
    """An expired certificate is refused, and one that ends soon is told"""
    place = Place()
    key, soon = pair() / "key.pem", place.home / "soon.pem"
    subprocess.run(["openssl", "req", "-x509", "-key", key, "-days", "3", "-subj", "/CN=x",
                    "-out", soon], check=True, capture_output=True)
    words = ["--product", "dovecot", place.folder, "--key", key, "--certificate"]
    run = popseal("fix", "--format", "jsonl", *words, soon)
    tap.true(any(f"ends in {days} days" in text for days in (2, 3) for text in change_of(run)["warnings"]), run.out)
    past = place.home / "past.pem"
    request = place.home / "request"
    subprocess.run(["openssl", "req", "-new", "-key", key, "-subj", "/CN=x", "-out", request],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-signkey", key, "-days", "-1",
                    "-out", past], check=True, capture_output=True)
    run = popseal("fix", "--format", "jsonl", *words, past)
    tap.contains(change_of(run)["obstacles"][0], "has expired")


@tap.test
def usage():
    """What was written wrong is told, and nothing is done"""
    place = Place()
    for words in (["--strategy", "pray"], ["--certificate", "x"], ["--key", "x"],
                  ["--certificate-as", "/x"], ["--confirm-within", "soon"],
                  ["--confirm-within", "0m"], ["--confirm-within", "31d"], ["--product", "nobody"],
                  ["--product-version", "new"],
                  ["--verify-from", "over there"], ["--verify-from", "ssh:"],
                  ["--verify-from", "192.0.2.77"], ["--verify-from", "netns:nobody"],
                  ["--verify", "localhost"], ["--verify", "garbage://"], ["--wait"],
                  ["--netrc", "/nonexistent"],
                  ["--format", "sarif"], ["a", "b"]):
        popseal("fix", *words).exits(3)
        popseal("fix", "apply", "--state", place.state, *words).exits(3)
    for action in ("confirm", "show"):
        place.fix(action).exits(3)
    tap.true(not place.state.exists(), "the state folder was made")


@tap.test
def not_told():
    """Without a way to tell the server nothing is written"""
    place = Place()
    run = place.apply("--check-command", "true", offline=False).exits(4)
    tap.contains(run.err, "--reload-command")
    place.unchanged()


@tap.test
def hard_links():
    """A file that has other names is not replaced"""
    place = Place()
    os.link(place.root, place.home / "other name")
    run = place.apply().exits(4)
    tap.contains(run.err, "hard links")
    place.unchanged()


@tap.test
def symbolic_links():
    """What a symbolic link leads to is edited, and the link stays"""
    place = Place(TWO)
    path = place.folder / "conf.d" / "99-local.conf"
    path.rename(place.folder / "local")
    path.symlink_to("../local")
    place.apply().exits(0)
    tap.true(path.is_symlink(), "the link is gone")
    tap.contains((place.folder / "local").read_text(), "disable_plaintext_auth = yes")
    place.fix("rollback").exits(0)
    tap.equal((place.folder / "local").read_text(), TWO["conf.d/99-local.conf"])


@tap.test
def journal_place():
    """The journal does not lie where a server might read it"""
    place = Place()
    run = place.fix("apply", "--offline", "--product", "dovecot", place.folder, *place.pair,
                    "--state", place.folder / "state").exits(4)
    tap.contains(run.err, "among the configuration")
    tap.equal(sorted(path.name for path in place.folder.iterdir()), ["dovecot.conf"])


# --- attributes ------------------------------------------------------------------------------------

@tap.test
def attributes():
    """Owner, mode and extended attributes stay, also through a roll-back"""
    place = Place()
    if os.geteuid() != 0:
        raise tap.Skip("owners are changed as root")
    os.chown(place.root, 1, 8)
    os.chmod(place.root, 0o4640)
    try:
        os.setxattr(place.root, "user.note", b"kept")
        os.setxattr(place.root, "trusted.note", b"kept, too")
    except OSError:
        pass

    def state():
        status = os.stat(place.root)
        return (status.st_mode, status.st_uid, status.st_gid,
                {name: os.getxattr(place.root, name) for name in os.listxattr(place.root)})
    before = state()
    place.apply().exits(0)
    place.changed()
    tap.equal(state(), before, "what it has become")
    place.fix("rollback").exits(0)
    place.unchanged()
    tap.equal(state(), before, "what a roll-back has left")


# --- conflicts -------------------------------------------------------------------------------------

@tap.test
def conflict():
    """What somebody else has edited since is shown, and never overwritten"""
    place = Place(TWO)
    place.apply().exits(0)
    applied = place.root.read_text()
    path = place.folder / "conf.d" / "99-local.conf"
    path.write_text(path.read_text() + "# theirs\n")
    run = place.fix("rollback").exits(4)
    tap.equal(change_of(run)["state"], "conflict")
    evidence = change_of(run)["checks"][-1]["evidence"]
    for words in ("has changed since", "-disable_plaintext_auth = no",
                  "+disable_plaintext_auth = yes", "+# theirs"):
        tap.contains(evidence, words)
    tap.contains(path.read_text(), "# theirs")
    tap.equal(place.root.read_text(), applied, "the other file")
    path.write_text("disable_plaintext_auth = yes\n")
    place.fix("rollback", "--id", change_of(run)["id"]).exits(0)
    place.unchanged()


@tap.test
def newest():
    """A roll-back takes the newest change of the place, or the one that is named"""
    place, other = Place(), Place()
    other.state = place.state
    first = change_of(place.apply().exits(0))["id"]
    second = change_of(other.apply().exits(0))["id"]
    tap.true(first < second, "ids sort as the changes came")
    run = place.fix("rollback", place.folder).exits(0)
    tap.equal(change_of(run)["id"], first)
    place.unchanged()
    other.changed()
    place.fix("rollback", "--product", "cyrus").exits(4)
    place.fix("rollback", "--id", "20200101-000000-01").exits(4)
    place.fix("rollback", "--id", "../../etc").exits(4)
    run = place.fix("rollback").exits(0)
    tap.equal(change_of(run)["id"], second)
    other.unchanged()
    place.fix("rollback").exits(4)
    place.fix("rollback", "--id", second).exits(0)


# --- with commands ---------------------------------------------------------------------------------

PERMITS = {"CAPA": capa("USER", "UIDL"), "USER": "+OK", "PASS": "-ERR [AUTH] wrong"}


def live(place, server, *words, check="true", reload="true", **options):
    """Applied with commands of ours, and a fake server to ask."""
    return place.apply("--check-command", check, "--reload-command", reload, "--verify",
                       f"pop3://{server.address}:{server.port}", *words, offline=False, **options)


@tap.test
def staged_check():
    """The checker sees the new configuration before it is in place"""
    place = Place()
    if os.geteuid() != 0:
        raise tap.Skip("mount namespaces are root's")
    log = place.home / "log"
    with FakeServer(Pop3(PERMITS)) as server:
        run = live(place, server, check=f"cat {place.root} >> {log}; exit 1")
    run.exits(5)
    tap.equal(failed(run), ["check"])
    tap.contains(log.read_text(), "ssl = required")
    place.unchanged()
    tap.equal(change_of(run)["state"], "rolled-back")


@tap.test
def still_permits():
    """A server that goes on taking passwords: everything back, and the server told again"""
    place = Place()
    log = place.home / "log"
    with FakeServer(Pop3(PERMITS)) as server:
        run = live(place, server, reload=f"grep -c required {place.root} >> {log} || :").exits(5)
    tap.equal(failed(run), ["probe"])
    tap.equal(log.read_text(), "1\n0\n", "what the server was told with")
    place.unchanged()


@tap.test
def reload_fails():
    """A reload that fails, or never ends: everything back"""
    place = Place()
    with FakeServer(Pop3(PERMITS)) as server:
        run = live(place, server, reload="echo no such unit >&2; exit 3").exits(5)
    tap.equal(failed(run)[0], "reload")
    check = [one for one in change_of(run)["checks"] if one["name"] == "reload"][0]
    tap.contains(check["evidence"], "no such unit")
    place.unchanged()


def begin(place, server, seconds):
    """Starts a change, up to a reload that takes so long."""
    process = start("fix", "apply", "--state", place.state, "--product", "dovecot", place.folder,
                    *place.pair, "--check-command", "true", "--reload-command",
                    f"touch {place.home}/told; sleep {seconds}", "--verify",
                    f"pop3://{server.address}:{server.port}")
    tap.within(60 * AT_ONCE, (place.home / "told").exists, "the reload")
    return process


@tap.test
def interrupted():
    """SIGHUP in the middle: everything back, exit 5"""
    place = Place()
    with FakeServer(Pop3(PERMITS)) as server:
        process = begin(place, server, 1)
        process.send_signal(signal.SIGHUP)
        finish(process, 100).exits(5)
    place.unchanged()


@tap.test
def killed():
    """Killed in the middle: the next start puts everything back"""
    place = Place(TWO)
    with FakeServer(Pop3(PERMITS)) as server:
        process = begin(place, server, 20)
        place.changed()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            stream.close()
        (place.home / "told").unlink()
        # The journal's own command is run again: it must not take a minute.
        entry = next((place.state / "changes").glob("*/change.json"))
        entry.write_text(entry.read_text().replace("sleep 20", "true"))
        run = place.fix("history").exits(0)
    tap.equal(change_of(run)["state"], "rolled-back")
    tap.true((place.home / "told").exists(), "the server was not told")
    place.unchanged()


@tap.test
def locked():
    """Two at once: the second is refused"""
    place = Place()
    with FakeServer(Pop3(PERMITS)) as server:
        process = begin(place, server, int(3 * AT_ONCE))
        run = place.fix("rollback").exits(4)
        tap.contains(run.err, "another popseal fix is at work")
        tap.equal(change_of(place.fix("history").exits(0))["state"], "applied")
        process.send_signal(signal.SIGTERM)
        finish(process, 100).exits(5)


@tap.test
def by_ssh():
    """With ssh:HOST the other host's popseal asks; a host that has none is told before anything"""
    place = Place()
    folder = place.home / "bin"
    folder.mkdir()
    (folder / "ssh").write_text(f"#!/bin/sh\necho \"$@\" >> {place.home}/asked\nshift 2\n"
                                "exec \"$@\"\n")
    os.chmod(folder / "ssh", 0o755)
    env = environment(PATH=f"{folder}:{os.environ['PATH']}")
    with FakeServer(Pop3(PERMITS)) as server:
        run = live(place, server, "--verify-from", "ssh:elsewhere", env=env).exits(4)
        tap.contains(run.out, "popseal: not found")
        os.symlink(POPSEAL, folder / "popseal")
        run = live(place, server, "--verify-from", "ssh:elsewhere", env=env).exits(5)
    tap.equal(failed(run), ["probe"])
    probe, = [check for check in change_of(run)["checks"] if check["name"] == "probe"]
    tap.contains(probe["evidence"], "permits (credentials-checked)")
    tap.contains(probe["evidence"], "asked from ssh:elsewhere")
    tap.contains((place.home / "asked").read_text(), "-oBatchMode=yes elsewhere popseal scan")
    place.unchanged()


@tap.test
def no_proof():
    """Where it refuses already, or nothing answers, a change is not begun"""
    refuses = {"CAPA": capa("STLS", "UIDL"), "USER": "-ERR TLS required",
               "AUTH": "-ERR TLS required"}
    place = Place()
    with FakeServer(Pop3(refuses)) as server:
        run = live(place, server).exits(4)
    tap.contains(run.err, "would prove nothing")
    run = place.apply("--check-command", "true", "--reload-command", "true", "--verify",
                      "pop3://127.0.0.1:1", offline=False).exits(4)
    tap.contains(run.err, "would prove nothing")
    place.unchanged()
    tap.equal(place.fix("history").of_type("change"), [])


@tap.test
def roll_back_fails():
    """A server that is not as before after a roll-back is told, and the roll-back can be repeated"""
    place = Place()
    with FakeServer(Pop3(PERMITS)) as server:
        process = begin(place, server, 20)
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    entry = next((place.state / "changes").glob("*/change.json"))
    entry.write_text(entry.read_text().replace("sleep 20", "true"))
    for _ in range(2):
        run = place.fix("rollback").exits(4)
        tap.equal(change_of(run)["state"], "rolling-back")
        tap.contains(run.err, "does not do what it did")
        place.unchanged()


# --- what is trusted -------------------------------------------------------------------------------

@tap.test
def foreign_plan():
    """A plan is applied only if it comes of the configuration, and others cannot write it"""
    place = Place()
    plan, victim = place.home / "plan", place.home / "victim"
    victim.write_text("precious\n")
    place.plan("--plan-output", plan)
    text = plan.read_text()
    record = json.loads(text)
    record["files"].append({**record["files"][0], "path": str(victim)})
    plan.write_text(json.dumps(record))
    run = place.fix("apply", plan, "--offline").exits(4)
    tap.equal(victim.read_text(), "precious\n")
    plan.write_text(text)
    os.chmod(plan, 0o666)
    run = place.fix("apply", plan, "--offline").exits(4)
    tap.contains(run.err, "may write this plan")
    place.unchanged()
    os.chmod(plan, 0o600)
    shown = popseal("fix", "show", plan).exits(0)
    tap.contains(shown.out, "+ssl = required")
    (place.folder / "conf").write_text("not read\n")
    place.fix("apply", plan, "--offline").exits(0)


@tap.test
def foreign_journal():
    """A journal that others may write is not acted by"""
    place = Place()
    place.apply().exits(0)
    entry = next((place.state / "changes").glob("*/change.json"))
    entry.write_text(entry.read_text().replace('"state": "applied"', '"state": "reloaded"'))
    os.chmod(place.state / "changes", 0o777)
    place.fix("history").exits(0)
    place.changed()
    run = place.fix("rollback").exits(4)
    tap.contains(run.err, "no journal to act by")
    os.chmod(place.state / "changes", 0o700)
    entry.write_text(re.sub(r'"host": "[^"]*"', '"host": "elsewhere"', entry.read_text()))
    place.fix("history").exits(0)
    place.changed()


@tap.test
def damaged_journal():
    """A damaged entry is told, and stands in the way of nothing else"""
    place = Place()
    other = place.state / "changes" / "20250101-000000-01"
    other.mkdir(parents=True, mode=0o700)
    os.chmod(place.state, 0o700)
    os.chmod(other.parent, 0o700)
    (other / "change.json").write_text('{"kind":')
    run = place.apply().exits(0)
    tap.contains(run.err, "20250101-000000-01")
    place.fix("rollback").exits(0)
    place.unchanged()


@tap.test
def plan_elsewhere():
    """A plan does not take the place of what is no file, and is for nobody else to read"""
    place = Place()
    run = popseal("fix", "--product", "dovecot", place.folder, *place.pair, "--plan-output",
                  "/dev/stdout", "--output", place.home / "report")
    tap.contains(run.out, '"kind": "popseal-change"')
    tap.equal((place.home / "report").stat().st_mode & 0o777, 0o600, "the report's mode")


@tap.test
def default_acl():
    """What a folder gives to new files, a replaced one does not get"""
    place = Place()
    os.chmod(place.root, 0o600)
    acl = b"".join([(2).to_bytes(4, "little")] + [
        tag.to_bytes(2, "little") + mode.to_bytes(2, "little") + who.to_bytes(4, "little")
        for tag, mode, who in ((1, 7, 2**32 - 1), (2, 5, 1), (4, 5, 2**32 - 1),
                               (16, 7, 2**32 - 1), (32, 0, 2**32 - 1))])
    try:
        os.setxattr(place.folder, "system.posix_acl_default", acl)
    except OSError as error:
        raise tap.Skip(f"no ACLs here: {error}") from None
    place.apply().exits(0)
    tap.lacks(os.listxattr(place.root), "system.posix_acl_access")
    tap.equal(place.root.stat().st_mode & 0o777, 0o600)
    place.fix("rollback").exits(0)
    tap.lacks(os.listxattr(place.root), "system.posix_acl_access")


# --- confirmation ----------------------------------------------------------------------------------

@tap.test
def confirmed():
    """What is confirmed in time stays"""
    place = Place()
    run = place.apply("--confirm-within", f"{int(3 * AT_ONCE)}s").exits(0)
    tap.equal(change_of(run)["state"], "applied")
    tap.true(change_of(run)["confirm_by"] is not None, "confirm_by")
    run = place.fix("confirm", change_of(run)["id"]).exits(0)
    tap.equal(change_of(run)["state"], "confirmed")
    time.sleep(3 * AT_ONCE + 1)
    tap.equal(change_of(place.fix("history"))["state"], "confirmed")
    place.changed()
    place.fix("confirm", change_of(run)["id"]).exits(0)
    place.fix("confirm", "20200101-000000-01").exits(4)


@tap.test
def not_confirmed():
    """What nobody confirms is taken back by itself"""
    place = Place()
    run = place.apply("--confirm-within", "1s").exits(0)
    tap.within(20 * AT_ONCE, place.is_unchanged, "the roll-back")
    tap.within(20 * AT_ONCE,
               lambda: change_of(place.fix("history"))["state"] == "rolled-back", "its entry")
    place.fix("confirm", change_of(run)["id"]).exits(4)


@tap.test
def timer_first():
    """A timer that looks before the first step is made waits for it"""
    if SANITIZED or not shutil.which("strace"):
        raise tap.Skip("needs strace, and its pace")
    place = Place()
    subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename,renameat", "-e",
                    "inject=renameat:delay_enter=400000", POPSEAL, "fix", "apply", "--offline",
                    "--product", "dovecot", place.folder, *place.pair, "--state", place.state,
                    "--confirm-within", "2s"],
                   env=environment(), check=True, capture_output=True, timeout=60)
    tap.within(20, place.is_unchanged, "the roll-back")


@tap.test
def not_confirmed_waiting():
    """With --wait it ends when it was taken back, with exit 5"""
    place = Place()
    run = place.apply("--confirm-within", "1s", "--wait").exits(5)
    tap.equal(change_of(run)["state"], "rolled-back")
    place.unchanged()


@tap.test
def timer_killed():
    """Where the timer was killed, the next start takes it back"""
    place = Place()
    place.apply("--confirm-within", f"{int(2 * AT_ONCE)}s").exits(0)
    pattern = "fix\0expire\0"
    for process in pathlib.Path("/proc").iterdir():
        try:
            line = (process / "cmdline").read_text() if process.name.isdigit() else ""
        except OSError:
            continue
        if pattern in line and str(place.state) in line:
            os.kill(int(process.name), signal.SIGKILL)
    time.sleep(2 * AT_ONCE + 0.5)
    place.changed()
    tap.equal(change_of(place.fix("history").exits(0))["state"], "rolled-back")
    place.unchanged()


# --- images ----------------------------------------------------------------------------------------

@tap.test
def image():
    """An image is edited by its own names, and a link that leads out of it stays in it"""
    place = Place()
    image = place.home / "image"
    folder = image / "etc" / "dovecot"
    shutil.copytree(place.folder, folder)
    (folder / "dovecot.conf").rename(image / "real.conf")
    (folder / "dovecot.conf").symlink_to("/real.conf")
    words = ["--offline", "--root", image, "--product", "dovecot", *place.pair, "--certificate-as",
             "/etc/ssl/mail.pem", "--key-as", "/etc/ssl/mail.key"]
    place.fix("apply", *words).exits(0)
    tap.contains((image / "real.conf").read_text(), "ssl_cert = </etc/ssl/mail.pem\n")
    tap.contains((image / "real.conf").read_text(), "ssl = required\n")
    place.fix("rollback").exits(0)
    tap.equal((image / "real.conf").read_text(), OPEN)


@tap.test
def pairs_of_the_host():
    """Where there is no certificate, the pairs that the host has are named, and what renews them"""
    place = Place()
    image = place.home / "image"
    shutil.copytree(place.folder, image / "etc" / "dovecot")
    words = ["--format", "jsonl", "--root", image, "--product", "dovecot"]
    told = change_of(popseal("fix", *words))["warnings"]
    tap.true(any("certbot certonly" in text for text in told), f"{told}")
    live = image / "etc" / "letsencrypt" / "live" / "mail.example.org"
    live.mkdir(parents=True)
    shutil.copy(pair() / "cert.pem", live / "fullchain.pem")
    shutil.copy(pair() / "key.pem", live / "privkey.pem")
    told = change_of(popseal("fix", *words))["warnings"]
    tap.true(any(f"--certificate {live}/fullchain.pem --key {live}/privkey.pem" in text
                 for text in told), f"{told}")
    words += ["--certificate", live / "fullchain.pem", "--key", live / "privkey.pem"]
    run = popseal("fix", *words).exits(1)
    tap.equal(change_of(run)["obstacles"], [])
    tap.true(any("nothing tells the server" in text for text in change_of(run)["warnings"]), run.out)
    hooks = image / "etc" / "letsencrypt" / "renewal-hooks" / "deploy"
    hooks.mkdir(parents=True)
    (hooks / "reload").write_text("#!/bin/sh\n")
    run = popseal("fix", *words).exits(1)
    tap.lacks(" ".join(change_of(run)["warnings"]), "nothing tells the server")


@tap.test
def nothing_to_do():
    """What is closed is left alone, and no change is made of it"""
    place = Place({"dovecot.conf": "protocols = pop3\nssl = required\n"})
    run = place.apply().exits(0)
    tap.equal(change_of(run)["files"], [])
    tap.equal(place.fix("history").of_type("change"), [])
    run = popseal("fix", "--product", "dovecot", place.folder).exits(0)
    tap.contains(run.out, "nothing to do")


@tap.test
def product_without_room():
    """A product that is not edited: what to do instead"""
    place = Place({"haproxy.cfg": "frontend f\n  mode tcp\n  bind :110\n  default_backend b\n"
                                  "backend b\n  mode tcp\n  server s 192.0.2.1:110\n"})
    run = popseal("fix", "--format", "jsonl", "--product", "haproxy", place.folder)
    if change_of(run)["verdict"]["before"] == "permits":
        tap.contains(change_of(run)["obstacles"][0], "does not edit the files of HAProxy")
        run.exits(1)


tap.main()
