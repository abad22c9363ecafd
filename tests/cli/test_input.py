# SPDX-License-Identifier: Apache-2.0
"""Targets, options and files that are wrong, and what is kept when something fails."""
import json
import os
import pty
import signal
import subprocess
import tempfile
import time

import tap
from fakeserver import FakeServer, Pop3, capa, silent, stls
from program import AT_ONCE, POPSEAL, environment, finish, popseal, scan, scratch, start

PERMITS = {"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR Bad login"}
REFUSES = {"CAPA": capa("STLS"), "USER": "-ERR TLS required", "AUTH": "-ERR TLS required",
           "STLS": stls}


def file_of(name, data):
    path = scratch() / name
    path.write_bytes(data)
    return path


# --- what is wrong is named, and nothing is sent ----------------------------------------

WRONG = (
    (["127.0.0.1/33"], "127.0.0.1/33"), (["127.0.0.1:0"], "127.0.0.1:0"),
    (["127.0.0.1:65536"], "65536"), (["127.0.0.9-127.0.0.1"], "127.0.0.9-127.0.0.1"),
    (["http://127.0.0.1"], "http"), (["bad host"], "bad host"), ([""], ""), ([], "no target"),
    (["--ports", "0", "127.0.0.1"], "--ports"), (["--ports", "", "127.0.0.1"], "--ports"),
    (["--timeout", "-1", "127.0.0.1"], "--timeout"), (["--timeout", "x", "127.0.0.1"], "x"),
    (["--depth", "rough", "127.0.0.1"], "rough"), (["--format", "xml", "127.0.0.1"], "xml"),
    (["--fail-on", "all", "127.0.0.1"], "all"), (["--source", "here", "127.0.0.1"], "here"),
    (["--concurrency", "-3", "127.0.0.1"], "-3"), (["--nonsense", "127.0.0.1"], "nonsense"),
    (["--strict", "--no-strict", "127.0.0.1"], "--strict"),
    *[([f"--{name}=", "127.0.0.1"], f"--{name}: its value is empty")
      for name in ("output", "format", "input", "exclude", "netns", "timeout", "source", "seed")],
    (["--resume", "127.0.0.1"], "--resume: needs"),
    (["--strict=yes", "127.0.0.1"], "--strict takes no value"),
    (["--one-address=", "127.0.0.1"], "--one-address takes no value"),
)


def is_usage(words, named):
    with FakeServer(Pop3(PERMITS)) as server:
        run = popseal("scan", f"127.0.0.1:{server.port}", *words) if words else popseal("scan")
        tap.equal(len(server.connections), 0, "connections")
    run.exits(3)
    tap.contains(run.err, named, "message")
    tap.equal(run.out, "", "output")


for line, part in WRONG:
    tap.add(f"usage: {' '.join(line) or '(nothing)'}", is_usage, line, part)

FAILS = (
    (["nosuch.invalid"], "nosuch.invalid"), (["--input", "/no/such/file"], "/no/such/file"),
    (["--input", "/"], "/"), (["--netns", "no-such-ns", "127.0.0.1:9"], "no-such-ns"),
    (["--output", "/no/such/folder/file", "127.0.0.1:9"], "/no/such/folder/file"),
    (["--output", "/dev/full", "127.0.0.1:9"], "/dev/full"),
    (["--source", "192.0.2.1", "127.0.0.1:9"], "192.0.2.1"),
)


def is_operational(words, named):
    run = popseal("scan", *words).exits(4)
    tap.contains(run.err, named, "message")


for line, part in FAILS:
    tap.add(f"operational: {' '.join(line)}", is_operational, line, part)


@tap.test
def missing_configuration():
    """A configuration file that is named has to be there"""
    tap.contains(popseal("scan", "--config", "/no/such.conf", "127.0.0.1").exits(3).err,
                 "/no/such.conf")


# --- targets ----------------------------------------------------------------------------

@tap.test
def list_with_a_bad_line():
    """A bad line of a list is named by its number, and the rest is asked"""
    with FakeServer(Pop3(PERMITS)) as server:
        good = f"127.0.0.1:{server.port}".encode()
        path = file_of("list", b"# comment\r\n" + good + b" # here\r\n\r\n127.0.0.1/99\r\n" +
                       b"x" * 5000 + b"\n" + b"nul\0here\n" + b"127.0.0.2:9")
        run = scan("--input", path).exits(3)
    tap.equal(len(run.of_type("endpoint")), 2, "endpoints")
    subjects = [record["subject"] for record in run.of_type("error")]
    tap.equal(subjects[:2], [f"{path}:4", f"{path}:5"], "errors")
    tap.equal(run.summary["errors"], len(subjects), "counted errors")


@tap.test
def ways_to_name_one():
    """host:port, URL, network and range name the same endpoints"""
    with FakeServer(Pop3(PERMITS), address="") as server:
        for word, count in ((f"127.0.0.1:{server.port}", 1), (f"pop3://localhost:{server.port}", 1),
                            (f"127.0.0.0/30:{server.port}", 4),
                            (f"127.0.0.1-3:{server.port}", 3)):
            run = scan("--one-address", word)
            tap.equal(len(run.of_type("endpoint")), count, word)
            tap.equal(run.summary["verdicts"]["permits"], count, word)
        tap.equal(len(scan("--ports", str(server.port), "127.0.0.1").of_type("endpoint")), 1)


@tap.test
def standard_input():
    """Targets come from standard input by - and by --input -, and never-asked ones are counted"""
    with FakeServer(Pop3(PERMITS)) as server:
        text = f"127.0.0.1:{server.port}\n224.0.0.1\n".encode()
        for words in (["-"], ["--input", "-"]):
            run = scan(*words, stdin=text).exits(1)
            tap.equal(len(run.of_type("endpoint")), 1, "endpoints")
            tap.equal(run.summary["skipped"], 1, "skipped")


@tap.test
def slow_standard_input():
    """Results of the first lines come before the pipe ends"""
    with FakeServer(Pop3(PERMITS)) as server:
        process = start("scan", "--format", "jsonl", "-")
        process.stdin.write(f"127.0.0.1:{server.port}\n".encode())
        process.stdin.flush()
        tap.equal(json.loads(process.stdout.readline())["verdict"], "permits", "first record")
        process.stdin.close()
        process.stdin = None
        finish(process)


# --- endings ----------------------------------------------------------------------------

def interrupted(number):
    with FakeServer(Pop3(PERMITS)) as good, FakeServer(silent) as bad:
        process = start("scan", "--format", "jsonl", f"127.0.0.1:{good.port}",
                        f"127.0.0.1:{bad.port}")
        first = process.stdout.readline()
        began = time.monotonic()
        process.send_signal(number)
        run = finish(process).exits(4)
        tap.true(time.monotonic() - began < 2 * AT_ONCE, "it did not end at once")
    tap.equal(json.loads(first)["verdict"], "permits", "first record")
    tap.equal((run.summary["interrupted"], run.summary["not_done"]), (True, 1), "summary")


tap.add("Ctrl-C ends at once and says what was not done", interrupted, signal.SIGINT)
tap.add("SIGTERM does too", interrupted, signal.SIGTERM)


@tap.test
def full_disk():
    """A full disk keeps whole lines only"""
    if os.geteuid():
        raise tap.Skip("needs root")
    with FakeServer(Pop3(PERMITS)) as server:
        folder = scratch() / "small"
        folder.mkdir()
        script = ("mount -t tmpfs -o size=16k none $0 && $1 scan --format jsonl "
                  f"--output $0/out --ports {server.port} 127.0.0.1-127.0.0.40; echo exit $?; "
                  "cat $0/out")
        done = subprocess.run(["unshare", "-m", "sh", "-c", script, folder, POPSEAL],
                              env=environment(), capture_output=True, text=True, check=False)
    if "mount" in done.stderr:
        raise tap.Skip("no mount namespaces here")
    code, *lines = done.stdout.splitlines()
    tap.equal(code, "exit 4", done.stderr)
    tap.contains(done.stderr, "small/out: ", "message")
    tap.true(len(lines) > 2, "nothing was kept")
    for line in lines:
        json.loads(line)


@tap.test
def closed_pipe():
    """A reader that has gone ends it quietly"""
    with FakeServer(Pop3(PERMITS)) as server:
        command = (f"{POPSEAL} scan --format jsonl --ports {server.port} 127.0.0.1 127.0.0.1 "
                   f"127.0.0.1 | head -n 1")
        done = subprocess.run(["sh", "-c", command], env=environment(), capture_output=True,
                              text=True, timeout=30, check=False)
    tap.equal(len(done.stdout.splitlines()), 1, "lines")
    tap.equal(done.stderr, "", "messages")


# --- exit codes, configuration, terminals -----------------------------------------------

CODES = (
    (PERMITS, [], 1), (PERMITS, ["--fail-on", "none"], 0), (PERMITS, ["--fail-on", "high"], 1),
    (REFUSES, [], 0), (REFUSES, ["--strict"], 0),
    ({"USER": "+OK", "PASS": "-ERR nope"}, ["--strict", "--fail-on", "high"], 2),
    ({"USER": "+OK", "PASS": "-ERR nope"}, ["--no-strict", "--fail-on", "high"], 0),
)


def exits(table, words, code):
    with FakeServer(Pop3(table)) as server:
        popseal("scan", *words, f"127.0.0.1:{server.port}").exits(code)


for number, row in enumerate(CODES):
    tap.add(f"exit code {row[2]} of {' '.join(row[1]) or 'no option'} ({number})", exits, *row)


@tap.test
def configuration():
    """The configuration file gives options, the command line wins, unknown keys are named"""
    path = file_of("conf", b"[popseal]\nformat=jsonl\n[scan]\nno-credential=true\nfail-on=none\n")
    with FakeServer(Pop3(PERMITS)) as server:
        where = f"127.0.0.1:{server.port}"
        run = popseal("scan", "--config", path, where).exits(0)
        tap.equal(run.endpoint["reason"], "pass-not-tried", "reason")
        tap.contains(popseal("scan", "--config", path, "--format", "csv", where).out, "time,")
        wrong = file_of("wrong.conf", b"[scan]\nspeed=9\n")
        run = popseal("scan", "--config", wrong, where).exits(3)
    tap.contains(run.err, str(wrong))
    tap.contains(run.err, "speed")


WRONG_FILES = (
    ("[scna]\ndepth=gentle\n", "[scna]"), ("[scan]\nspeed=9\n", "[scan] speed: no such option"),
    ("[popseal]\nspeed=9\n", "[popseal] speed"), ("[rules]\nspeed=9\n", "[rules] speed"),
    ("[rules]\ndepth=gentle\n", "[rules] depth: no such option of this command"),
    ("[scan]\nstrict=often\n", "[scan] strict: not true or false"),
    ("[scan]\nconfig=/other\n", "[scan] config"), ("depth=gentle\n", "group"),
)


def configured(text):
    """A file of its own, as the tests run side by side."""
    number, path = tempfile.mkstemp(".conf", dir=scratch())
    with open(number, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def wrong_file(text, named):
    path = configured(text)
    run = popseal("scan", "--config", path, "127.0.0.1:9").exits(3)
    tap.contains(run.err, f"{path}: ")
    tap.contains(run.err, named)


for content, part in WRONG_FILES:
    tap.add(f"configuration: {content!r} is named", wrong_file, content, part)

UNSETTLED = {"USER": "+OK", "PASS": "-ERR nope"}
FLAGS = (
    ("[popseal]\nstrict=true\n", [], 2), ("[popseal]\nstrict=true\n", ["--no-strict"], 0),
    ("[popseal]\nstrict=true\n[scan]\nstrict=false\n", [], 0),
    ("[popseal]\nno-strict=true\n[scan]\nno-strict=false\n", [], 2),
    ("[scan]\nno-strict=true\n", ["--strict"], 2), ("[rules]\nstrict=true\n", [], 0),
    ("[popseal]\nseed=3\n", [], 0),
)


def flag(text, words, code):
    exits(UNSETTLED, ["--config", configured(text), "--fail-on", "high", *words], code)


for content, line, wanted in FLAGS:
    tap.add(f"configuration: {content!r} and {' '.join(line) or 'no option'}", flag, content,
            line, wanted)


@tap.test
def nothing_is_overwritten():
    """No output overwrites what is read, by whatever name, nor the other output"""
    path = file_of("kept", b"127.0.0.9\n")
    link = scratch() / "link"
    link.symlink_to(path)
    fresh = scratch() / "fresh"
    jsonl = ["--format", "jsonl"]
    for words in (["--input", path, "-o", path], ["--input", path, "-o", link],
                  ["--exclude", link, "-o", path, "127.0.0.1:9"],
                  [*jsonl, "-o", fresh, "--checkpoint", fresh, "127.0.0.1:9"],
                  [*jsonl, "-o", fresh, "--checkpoint", path, "--input", link]):
        tap.contains(popseal("scan", *words).exits(3).err, "would overwrite the file of --")
    tap.equal(path.read_bytes(), b"127.0.0.9\n", "the file")
    tap.true(not fresh.exists(), "a file was made")
    popseal("scan", "-o", "/dev/null", "--input", "/dev/null").exits(0)


@tap.test
def groups_of_others():
    """What the file says for all commands may be an option of one only"""
    path = file_of("all.conf", b"[popseal]\ndepth=gentle\nverbose=true\nformat=csv\n")
    tap.contains(popseal("rules", "--config", path).exits(0).out, "cleartext-login ")
    popseal("explain", "--config", path, "cleartext-login").exits(0)
    wrong = file_of("xml.conf", b"[popseal]\nformat=xml\n")
    tap.contains(popseal("rules", "--config", wrong).exits(3).err, "--format xml: not one of")


def on_terminal(*words, **env):
    """What popseal writes to a terminal."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen([POPSEAL, *words], stdin=subprocess.DEVNULL, stdout=terminal,
                               stderr=terminal, env={**environment(TERM="xterm"), **env})
    os.close(terminal)
    data = b""
    try:
        while part := os.read(controller, 4096):
            data += part
    except OSError:
        pass  # the terminal's other end is closed
    os.close(controller)
    process.wait(timeout=30)
    return data


@tap.test
def colours():
    """Colours and progress are for terminals, and can be switched off"""
    with FakeServer(Pop3(PERMITS)) as server:
        words = ("scan", f"127.0.0.1:{server.port}")
        tap.true(b"\x1b[" in on_terminal(*words, "--no-progress"), "no colour on a terminal")
        tap.true(b"\x1b[" not in on_terminal(*words, "--no-progress", "--no-color"), "--no-color")
        tap.true(b"\x1b[" not in on_terminal(*words, "--no-progress", NO_COLOR="1"), "NO_COLOR")
        tap.lacks(popseal(*words).out, "\x1b", "a pipe")
    with FakeServer(silent) as server:
        shown = on_terminal("scan", "--timeout", "1", f"pop3://127.0.0.1:{server.port}")
        tap.true(b"0/1 hosts" in shown, "no progress on a terminal")


tap.main()
