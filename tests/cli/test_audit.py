# SPDX-License-Identifier: Apache-2.0
"""audit: exit codes, formats for pipelines, baselines, suppressions and policies.

The configurations are Perdition's, as the smallest; what a product's settings mean is tested
elsewhere.
"""
import json
import os
import pathlib
import re
import tempfile

import tap
import validators
from program import SOURCE, popseal, scratch

# What else there is to find in Perdition's configuration is in order.
REST = (b",tls_outgoing_force\nssl_listen_min_proto_version tlsv1.2\n"
        b"ssl_cert_file /etc/perdition/cert.pem\nssl_key_file /etc/perdition/key.pem\n")
PERMITS = b"ssl_mode tls_listen" + REST
FORCES = b"ssl_mode tls_listen_force" + REST  # refuses, with a finding of severity info
REFUSES = b"ssl_mode ssl_listen" + REST       # no finding
TOO_LARGE = b"#" * (8 * 1024 * 1024 + 2)
FORMATS = ("text", "jsonl", "sarif", "junit", "github", "gitlab", "checkstyle")
DOCUMENTS = ("sarif", "junit", "gitlab", "checkstyle")
OLD, NEW = "2020-01-01", "2999-12-31"


class Tree:
    """A folder that audit is run in, with configurations of Perdition in folders of their own."""

    def __init__(self, **configurations):
        self.path = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
        for name, text in configurations.items():
            self.write(name, text)

    def write(self, name, text):
        folder = os.path.join(os.fsencode(self.path), os.fsencode(name))
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, b"perdition.conf"), "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        for part in (b"cert.pem", b"key.pem"):
            path = os.path.join(folder, part)
            with open(path, "wb") as file:
                file.write(b"(of a test)\n")
            os.chmod(path, 0o600)

    def file(self, name, text):
        (self.path / name).write_text(text)
        return name

    def audit(self, *words, **options):
        return popseal("audit", *words, cwd=self.path, **options)

    def records(self, *words):
        return self.audit("--format", "jsonl", *words)


def config(run):
    """The one configuration's record."""
    record, = run.of_type("config")
    return record


def findings(run):
    """The rules of the findings that count, of those that are known, and of those suppressed."""
    every = [finding for record in run.of_type("config") for finding in record["findings"]]
    return ({finding["rule"] for finding in every
             if not finding["known"] and not finding["suppressed"]},
            {finding["rule"] for finding in every if finding["known"]},
            {finding["rule"] for finding in every if finding["suppressed"]})


# --- exit codes

def exits(code, text, *words):
    tree = Tree(**({"mx": text} if text is not None else {}))
    tree.audit(*words).exits(code)


for word in FORMATS:
    for wanted, content, *options in (
            (0, REFUSES, "mx"), (0, FORCES, "mx"), (1, PERMITS, "mx"), (2, TOO_LARGE, "mx"),
            (0, TOO_LARGE, "--no-strict", "mx"), (0, PERMITS, "--fail-on", "none", "mx"),
            (1, PERMITS, "--fail-on", "high", "mx"), (4, PERMITS, "nosuch", "mx"),
            (4, None, "nosuch"), (4, None, ".")):
        name = {None: "nothing", TOO_LARGE: "too large"}.get(content) or content.decode().split(",")[0]
        tap.add(f"{word}: {wanted} for {name} and {' '.join(options)}", exits, wanted, content,
                "--format", word, *options)
for options in (("--product", "nosuch"), ("--format", "csv"), ("--nosuch",),
                ("--fail-on", "much"), ("--baseline", "mx/perdition.conf"),
                ("--policy", "mx/perdition.conf")):
    tap.add(f"3 for {' '.join(options)}", exits, 3, PERMITS, *options, "mx")
for version in ("", "abc", "v2.4.1", "latest", "2.", "2..4", ".4", "2.4 1", "2,4", ":2", "x:2", "1:",
                "2.4-x:y"):
    tap.add(f"3 for version {version!r}", exits, 3, PERMITS, "--product-version", version, "mx")
for options in (("--baseline", "nosuch"), ("--policy", "nosuch"), ("--output", "no/such"),
                ("--write-baseline", "no/such"), ("--root", "nosuch"),
                ("--baseline", "mx"), ("--output", "no/such", "--format", "sarif")):
    paths = ("mx",) if options[0] != "--root" else ()
    tap.add(f"4 for {' '.join(options)}", exits, 4, REFUSES, *options, *paths)


@tap.test
def versions():
    """A version may be a package's; its epoch is none of it"""
    tree = Tree(mx=PERMITS)
    for given, read in (("2", "2"), ("2.4.1", "2.4.1"), ("1:2.3.19+dfsg", "2.3.19+dfsg"),
                        ("3.6.1-4+deb12u2", "3.6.1-4+deb12u2"), ("1.19~rc5", "1.19~rc5"),
                        ("1.19rc5", "1.19rc5")):
        run = tree.records("--product-version", given, "mx").exits(1)
        tap.equal(config(run)["product"]["version"], read, f"version of {given}")


@tap.test
def no_tls_at_all():
    """A configuration that offers TLS nowhere does not meet a policy that expects it"""
    tree = Tree(mx=b"ssl_mode none\n", my=PERMITS)
    tree.file("p", "[*]\nexpect=tls\n")
    tree.file("v", "[*]\nexpect=tls>=1.2\n")
    for policy in "pv":
        run = tree.records("--policy", policy, "mx").exits(1)
        expectation, = run.of_type("expectation")
        tap.equal([expectation["state"], expectation["reason"]], ["unmet", "unavailable"], policy)
    expectation, = tree.records("--policy", "p", "my").of_type("expectation")
    tap.equal(expectation["state"], "undetermined", "STLS is offered")


@tap.test
def junit_fails_as_the_run():
    """JUnit fails where the run does: not for info, nor below --fail-on"""
    tree = Tree(mx=FORCES, my=PERMITS)
    for code, path, *options in ((0, "mx"), (0, "my", "--fail-on", "none"), (1, "my")):
        run = tree.audit("--format", "junit", *options, path).exits(code)
        suite = validators.junit(run.out)[0]
        tap.equal(int(suite.get("failures")) > 0, code == 1, f"failures of {path} {options}")
        tap.equal(suite.get("errors"), "0", "errors")
        if code == 0:
            tap.contains(run.out, "info: " if path == "mx" else "high: ")


@tap.test
def no_root():
    """A root that is not there is told once, and calmly"""
    run = Tree().audit("--root", "nosuch").exits(4)
    tap.equal(run.err.count("No such file"), 1, "how often it is told")
    tap.lacks(run.err, "GLib")


@tap.test
def products():
    """An unknown product's message names those that can be read"""
    run = Tree(mx=PERMITS).audit("--product", "nosuch", "mx").exits(3)
    tap.contains(run.err, "perdition")


@tap.test
def unreadable():
    """What cannot be read is undetermined, with reason unreadable"""
    if os.geteuid() != 0:
        raise tap.Skip("needs root, to become somebody else")
    tree = Tree(mx=FORCES)
    for folder in (scratch(), tree.path, tree.path / "mx"):
        os.chmod(folder, 0o755)
    os.chmod(tree.path / "mx/perdition.conf", 0)
    run = tree.audit("--format", "jsonl", "mx", user=65534, group=65534,
                     extra_groups=[]).exits(2)
    record = config(run)
    tap.equal((record["verdict"], record["reason"]), ("undetermined", "unreadable"), "verdict")
    tap.equal(record["confidence"], None, "confidence")


# --- output

@tap.test
def atomic():
    """A document takes the place of the old one whole, or not at all"""
    tree = Tree(mx=PERMITS)
    for word in DOCUMENTS:
        target = tree.path / f"{word}.out"
        target.write_text("old\n")
        before = target.stat().st_ino
        tree.audit("--format", word, "--output", target, "--baseline", "nosuch", "mx").exits(4)
        tap.equal(target.read_text(), "old\n", "after an error")
        tree.audit("--format", word, "--output", target, "mx").exits(1)
        tap.true(target.stat().st_ino != before, f"{word}: it was written over")
        tap.true(target.read_text().endswith("\n"), word)
    tap.equal(sorted(path.name for path in tree.path.iterdir()),
              sorted([*(f"{word}.out" for word in DOCUMENTS), "mx"]), "files that are left")


HOSTILE = (b"plain", b"sub folder/#1?%41", b"<script>alert(1)</script>", b"new\nline", b"\xff\xfe",
           "ümlaut".encode(), b"]]>&amp;\"'", b"::error::x,y:z", b"esc\x1b[2J")


def hostile_tree():
    tree = Tree()
    for number, folder in enumerate(HOSTILE):
        line = b"ssl_mode tls_listen <script>]]>&\"' \xff \x1b[31m \\x %s::error::" + folder
        tree.write(folder, b"\n" * number + line.replace(b"\n", b"") + b"\n")
    tree.write("big", TOO_LARGE)
    tree.write("notices", b"# popseal: ignore nosuch-]]>-<script>-\xff reason=\"\n" + PERMITS +
               b"# popseal: ignore config-latent reason=\"]]><script>\xff\"\n")
    return tree


def plain(text):
    for character in text:
        tap.true(character == "\n" or character.isprintable(), f"{character!r} in {text[:200]!r}")


@tap.test
def hostile():
    """Every format is well-formed whatever stands in files and names"""
    tree = hostile_tree()
    count = len(HOSTILE) + 2
    words = (".", "nosuch\n<a>")
    runs = {word: tree.audit("--format", word, *words).exits(4) for word in FORMATS}
    for run in runs.values():
        run.raw.decode("utf-8")
        plain(run.out)
    tap.equal(len(runs["jsonl"].of_type("config")), count, "configurations")
    suites = validators.junit(runs["junit"].out)
    tap.equal(len(suites), count + 1, "suites")
    tap.true(validators.checkstyle(runs["checkstyle"].out).findall("file"), "files")
    tap.true(validators.gitlab(runs["gitlab"].out), "issues")
    commands = validators.github(runs["github"].out)
    tap.equal(sum(name == "error" for name, _, _ in commands), count, "errors of github")
    log = validators.sarif(runs["sarif"].out)
    tap.equal(log["invocations"][0]["executionSuccessful"], False, "success")
    tap.equal([note["level"] for note in log["invocations"][0]["toolExecutionNotifications"]]
              .count("error"), 1, "errors of sarif")


@tap.test
def paths():
    """Paths are told from the current folder, and absolute outside of it"""
    tree = Tree(mx=PERMITS)
    for path in ("mx", "./mx", tree.path / "mx", "mx/perdition.conf", "../" + tree.path.name + "/mx"):
        for result in validators.sarif(tree.audit("--format", "sarif", path).out)["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            tap.equal(uri, "mx/perdition.conf", "uri")
        for issue in validators.gitlab(tree.audit("--format", "gitlab", path).out):
            tap.equal(issue["location"]["path"], "mx/perdition.conf", "path")
        for _, properties, _ in validators.github(tree.audit("--format", "github", path).out):
            tap.equal(properties["file"], "mx/perdition.conf", "file")
        root = validators.checkstyle(tree.audit("--format", "checkstyle", path).out)
        tap.equal({file.get("name") for file in root}, {"mx/perdition.conf"}, "name")
    other = Tree()
    run = other.audit("--format", "sarif", tree.path / "mx")
    uri = validators.sarif(run.out)["results"][0]["locations"][0]["physicalLocation"]
    tap.equal(uri["artifactLocation"]["uri"], f"file://{tree.path}/mx/perdition.conf", "uri")


@tap.test
def schema():
    """SARIF is valid by its published schema"""
    tree = hostile_tree()
    tree.write("gone", PERMITS)
    tree.audit("--write-baseline", "known.jsonl", ".")
    tree.write("gone", REFUSES)
    tree.write("fresh", b"# popseal: ignore config-permits until=2999-12-31 reason=\"r\"\n" +
               PERMITS)
    for number, words in enumerate(((".",), ("--baseline", "known.jsonl", "."), ("nosuch", "."),
                                    ("gone",), ("nosuch",))):
        tree.audit("--format", "sarif", "--output", f"{number}.sarif", *words)
        validators.sarif_by_schema(tree.path / f"{number}.sarif")


@tap.test
def policy_about_nothing():
    """A group of a policy that is about no configuration is told, and fails nothing"""
    tree = Tree(mx=REFUSES)
    tree.file("p", "[./mx]\nexpect=refuses\n[./mistyped]\nexpect=refuses\n")
    run = tree.audit("--policy", "p", "mx").exits(0)
    tap.contains(run.err, "p: [./mistyped]: this group is about no configuration")
    tap.lacks(run.err, "[./mx]")
    tap.equal(tree.audit("--quiet", "--policy", "p", "mx").exits(0).err, "")


@tap.test
def junit_reader():
    """JUnit is read by what others read it with, to the same counts"""
    tree = hostile_tree()
    reports = []
    for number, words in enumerate(((".",), ("nosuch", "."), ("nosuch",))):
        tree.audit("--format", "junit", "--output", f"{number}.xml", *words)
        reports.append(tree.path / f"{number}.xml")
    for path, suites in zip(reports, validators.junit_by_reader(*reports)):
        wanted = [suite.get("name") for suite in validators.junit(path.read_text("utf-8"))]
        tap.equal([name for name, _, _ in suites], wanted, "suites")
        for name, told, counted in suites:
            tap.equal(told, counted, f"counts of {name}")


@tap.test
def types():
    """GitLab's reports hold issues as the Code Climate specification has them, and nothing else"""
    tree = hostile_tree()
    tree.write("gone", PERMITS)
    reports = []
    for number, words in enumerate(((".",), ("nosuch", "."), ("gone",), ("nosuch",))):
        tree.audit("--format", "gitlab", "--output", f"{number}.json", *words)
        reports.append(tree.path / f"{number}.json")
    validators.gitlab_by_types(*reports)
    issue = json.loads(reports[0].read_text())[0]
    for key, value in (("severity", "high"), ("fingerprint", None), ("location", {"path": "a"}),
                       ("categories", ["Harm"]), ("more", 1)):
        wrong = {**issue, key: value}
        if value is None:
            del wrong[key]
        (tree.path / "wrong.json").write_text(json.dumps([wrong]))
        try:
            validators.gitlab_by_types(tree.path / "wrong.json")
        except AssertionError:
            continue
        raise AssertionError(f"{key}: {value} is taken")


# --- baselines

def sarif_states(run):
    return sorted((result["ruleId"], result["baselineState"])
                  for result in validators.sarif(run.out)["results"])


@tap.test
def baseline():
    """What a baseline knows does not count, what is new does, what is gone is told"""
    tree = Tree(mx=PERMITS)
    tree.audit("--write-baseline", "known", "mx").exits(1)
    both = {"config-permits", "config-exposed-listener"}
    run = tree.records("--baseline", "known", "mx").exits(0)
    tap.equal(findings(run), (set(), both, set()), "findings")
    tap.equal((run.summary["known"], run.summary["gone"]), (2, []), "summary")
    tree.write("new", PERMITS)
    run = tree.records("--baseline", "known", ".").exits(1)
    tap.equal(findings(run), (both, both, set()), "with a new one")
    run = tree.audit("--format", "sarif", "--baseline", "known", ".")
    tap.equal(sarif_states(run), sorted((rule, state) for rule in both
                                        for state in ("new", "unchanged")), "states")
    tree.write("mx", REFUSES)
    run = tree.records("--baseline", "known", "mx").exits(0)
    tap.equal({entry["rule"] for entry in run.summary["gone"]}, both, "gone")
    tap.equal({entry["file"] for entry in run.summary["gone"]}, {"mx/perdition.conf"}, "gone")
    run = tree.audit("--format", "sarif", "--baseline", "known", "mx").exits(0)
    tap.equal({state for _, state in sarif_states(run)}, {"absent"}, "states")
    tap.contains(tree.audit("--baseline", "known", "mx").out, "gone")
    tap.lacks(tree.audit("mx").out, "gone")


@tap.test
def moved():
    """A known finding stays known when lines come and go around it, and not when it changes"""
    tree = Tree(mx=PERMITS)
    tree.audit("--write-baseline", "known", "mx")
    tree.write("mx", b"# a comment\n\ntimeout 5\n" + PERMITS + b"# more\n")
    tree.audit("--baseline", "known", "mx").exits(0)
    tree.write("mx", b"ssl_mode none\n")
    tree.audit("--baseline", "known", "mx").exits(1)


@tap.test
def grown():
    """An exception that was accepted is a new finding when it grows under the same line"""
    local, lan = b"bind_address 127.0.0.1\n", b"bind_address 192.0.2.1\n"
    tree = Tree(mx=local + PERMITS)
    tree.audit("--write-baseline", "known", "mx").exits(1)
    tree.write("mx", b"# moved\n" + PERMITS + local)
    tree.audit("--baseline", "known", "mx").exits(0)
    for text in (lan + PERMITS, PERMITS):
        tree.write("mx", text)
        run = tree.records("--baseline", "known", "mx").exits(1)
        tap.true("config-permits" in findings(run)[0], f"new with {text!r}")
    head = b"# 2.3.19: dovecot.conf\nprotocols = pop3\nssl = required\n"
    inside = b"remote 10.0.0.0/8 {\n disable_plaintext_auth = no\n}\n"
    (tree.path / "dc").mkdir()
    (tree.path / "dc" / "dovecot.conf").write_bytes(head + inside)
    tree.audit("--write-baseline", "known", "dc").exits(1)
    (tree.path / "dc" / "dovecot.conf").write_bytes(head + b" # moved\n" + inside)
    tree.audit("--baseline", "known", "dc").exits(0)
    for text in (inside.replace(b"/8", b"/7"), b"disable_plaintext_auth = no\n"):
        (tree.path / "dc" / "dovecot.conf").write_bytes(head.replace(b"required", b"yes") + text)
        run = tree.records("--baseline", "known", "dc").exits(1)
        tap.true("config-permits" in findings(run)[0], f"new with {text!r}")


@tap.test
def baseline_file():
    """A baseline is sorted, atomic, and empty where nothing was found"""
    tree = Tree(b=PERMITS, a=PERMITS)
    tree.audit("--write-baseline", "known", ".")
    first = (tree.path / "known").read_text()
    records = [json.loads(line) for line in first.splitlines()]
    tap.equal(records[0], {"schema": 1, "type": "baseline"}, "head")
    places = [(record["file"], record["rule"]) for record in records[1:]]
    tap.equal(places, sorted(places), "order")
    tap.equal({frozenset(record) for record in records[1:]},
              {frozenset(("schema", "type", "rule", "fingerprint", "subject", "message",
                          "file"))}, "fields")
    tree.audit("--write-baseline", "known", "b", "a")
    tap.equal((tree.path / "known").read_text(), first, "the same again")
    tree.write("c", REFUSES)
    tree.audit("--write-baseline", "known", "c").exits(0)
    tap.equal((tree.path / "known").read_text(), '{"schema":1,"type":"baseline"}\n', "empty")
    tree.audit("--baseline", "known", "a").exits(1)


@tap.test
def partial():
    """A baseline is not written where something failed, and may be read and written at once"""
    tree = Tree(mx=PERMITS)
    tree.audit("--write-baseline", "known", "mx", "nosuch").exits(4)
    tap.true(not (tree.path / "known").exists(), "it is there")
    tree.audit("--write-baseline", "known", "mx").exits(1)
    before = (tree.path / "known").read_text()
    tree.audit("--baseline", "known", "--write-baseline", "known", "mx").exits(0)
    tap.equal((tree.path / "known").read_text(), before, "known")


@tap.test
def many_notices():
    """Notices without number do not hold SARIF up, and are cut there"""
    tree = Tree(mx=PERMITS + b"x # popseal: ignore nosuch reason=\"r\"\n" * 1200)
    run = tree.audit("--format", "sarif", "mx").exits(1)
    notes = validators.sarif(run.out)["invocations"][0]["toolExecutionNotifications"]
    tap.true(100 < len(notes) < 1024, len(notes))
    tap.equal(len(config(tree.records("mx"))["suppressions"]), 1024, "suppressions")


@tap.test
def undetermined_is_never_known():
    """A baseline excuses no verdict that could not be told"""
    tree = Tree(mx=TOO_LARGE)
    tree.audit("--write-baseline", "known", "mx").exits(2)
    tree.audit("--baseline", "known", "mx").exits(2)


# --- suppressions

def ignoring(text, until="", rule="config-permits,config-exposed-listener"):
    until = f" until={until}" if until else ""
    return f'# popseal: ignore {rule}{until} reason="as agreed"\n'.encode() + text


@tap.test
def suppressed():
    """A suppressed finding is shown, does not count, and leaves the verdict as it is"""
    tree = Tree(mx=ignoring(PERMITS, NEW))
    run = tree.records("mx").exits(0)
    record = config(run)
    tap.equal(record["verdict"], "permits", "verdict")
    tap.equal(findings(run), (set(), set(), {"config-permits", "config-exposed-listener"}),
              "findings")
    tap.equal({json.dumps(finding["suppressed"]) for finding in record["findings"]},
              {json.dumps({"kind": "in-source", "reason": "as agreed", "until": NEW})}, "kind")
    tap.equal([(entry["state"], entry["location"]["line"]) for entry in record["suppressions"]],
              [("used", 1)], "suppressions")
    tap.equal(run.summary["suppressed"], 2, "summary")
    tap.contains(tree.audit("mx").out, f"suppressed until {NEW}")
    tap.contains(tree.audit("mx").out, "as agreed")
    for result in validators.sarif(tree.audit("--format", "sarif", "mx").out)["results"]:
        entry, = result["suppressions"]
        tap.equal((entry["kind"], entry["justification"]), ("inSource", "as agreed"), "sarif")
    tap.equal(validators.gitlab(tree.audit("--format", "gitlab", "mx").out), [], "gitlab")
    tap.equal({command[0] for command in
               validators.github(tree.audit("--format", "github", "mx").out)}, {"debug"}, "github")
    root = validators.checkstyle(tree.audit("--format", "checkstyle", "mx").out)
    tap.equal({error.get("severity") for error in root.iter("error")}, {"ignore"}, "checkstyle")
    tap.equal(validators.junit(tree.audit("--format", "junit", "mx").out)[0].get("failures"), "0",
              "junit")


@tap.test
def quiet():
    """--quiet has nothing to say of what is suppressed, and tells what is wrong with it"""
    tree = Tree(mx=ignoring(PERMITS, NEW), old=ignoring(FORCES, OLD))
    tap.equal(tree.audit("--quiet", "mx").out, "", "output")
    tap.contains(tree.audit("--quiet", "old").out, "has expired")


for state, comment, code in (
        ("expired", ignoring(PERMITS, OLD), 1),
        ("unused", ignoring(PERMITS, NEW, "config-latent"), 1),
        ("unused", ignoring(REFUSES, NEW), 0),
        ("malformed", b"# popseal: ignore config-permits\n" + PERMITS, 1),
        ("malformed", b"# popseal: ignore nosuch reason=\"x\"\n" + PERMITS, 1),
        ("malformed", b"# popseal: ignore cleartext-login reason=\"x\"\n" + PERMITS, 1),
        ("malformed", b"# popseal: ignore config-permits until=soon reason=\"x\"\n" + PERMITS, 1)):
    def check(state, comment, code):
        tree = Tree(mx=comment)
        run = tree.records("mx").exits(code)
        entry, = config(run)["suppressions"]
        tap.equal(entry["state"], state, "state")
        tap.equal(findings(run)[2], set(), "suppressed")
        tap.equal(run.of_type("error"), [], "errors")
        tap.contains(tree.audit("mx").out, "  notice  mx/perdition.conf:1: ")
        log = validators.sarif(tree.audit("--format", "sarif", "mx").out)
        tap.equal([note["level"] for note in
                   log["invocations"][0]["toolExecutionNotifications"]], ["warning"], "sarif")
    tap.add(f"A suppression that is {state}: {comment.decode().strip()!r}", check, state, comment,
            code)


# --- policies

@tap.test
def excused():
    """A policy excuses findings in files that must not be touched, and what it does in vain is told"""
    tree = Tree(mx=PERMITS, other=PERMITS)
    tree.file("p", '[./mx]\nignore=config-permits until=2999-12-31 reason="old scanner"\n'
                   'ignore-2=config-latent reason="x"\n'
                   'ignore-3=config-permits until=2020-01-01 reason="x"\n')
    run = tree.records("--policy", "p", "mx").exits(0)
    tap.equal(findings(run)[2], {"config-permits"}, "suppressed")
    tap.equal([entry["state"] for entry in run.summary["suppressions"]],
              ["used", "unused", "expired"], "states")
    tap.equal({entry["location"]["file"] for entry in run.summary["suppressions"]}, {"p"}, "file")
    tree.records("--policy", "p", "other").exits(1)
    log = validators.sarif(tree.audit("--format", "sarif", "--policy", "p", "mx").out)
    tap.equal([entry["kind"] for result in log["results"] for entry in result["suppressions"]],
              ["external"], "kind")
    tap.equal(len(log["invocations"][0]["toolExecutionNotifications"]), 2, "notices")
    tap.contains(tree.audit("--policy", "p", "mx").out, "notice  p:3: ")


def expects(text, expect, code, states):
    tree = Tree(mx=text)
    tree.file("p", f"[*]\nexpect={expect}\n")
    run = tree.records("--policy", "p", "--fail-on", "none", "mx").exits(code)
    tap.equal([(record["name"], record["state"]) for record in run.of_type("expectation")], states,
              "expectations")
    tap.equal({record["subject"] for record in run.of_type("expectation")} <=
              {"mx/perdition.conf"}, True, "subject")
    for word in FORMATS:
        run = tree.audit("--policy", "p", "--fail-on", "none", "--format", word, "mx").exits(code)
        if word in ("junit", "gitlab", "checkstyle", "github", "sarif"):
            getattr(validators, word)(run.out)


for content, expect, code, states in (
        (REFUSES, "refuses", 0, [("refuses", "met")]),
        (PERMITS, "refuses", 1, [("refuses", "unmet")]),
        (TOO_LARGE, "refuses", 2, [("refuses", "undetermined")]),
        (REFUSES, "refuses,cert,days>=14,name,login", 0, [("refuses", "met")]),
        (TOO_LARGE, "tls,tls>=1.2", 2, [("tls", "undetermined"), ("tls>=1.2", "undetermined")])):
    tap.add(f"A policy that expects {expect}: exit {code}", expects, content, expect, code, states)


@tap.test
def shipped():
    """The policy that is shipped can be read, by audit and by verify, and expects what it says"""
    policy = SOURCE / "data/policies/baseline.policy"
    tree = Tree(mx=PERMITS)
    run = tree.records("--policy", policy, "--fail-on", "none", "mx").exits(1)
    tap.contains([(record["name"], record["state"]) for record in run.of_type("expectation")],
                 ("refuses", "unmet"), "expectations")
    run = popseal("verify", "--policy", policy, "--timeout", "1", "127.0.0.1:1")
    tap.true(run.code in (0, 1, 2), run)


# --- rules, and files for pipelines

@tap.test
def explained():
    """Each rule of configurations has a page, and products' settings in it or behind it"""
    listed = [json.loads(line) for line in popseal("rules", "--format", "jsonl").out.splitlines()]
    ids = [rule["id"] for rule in listed if "config" in rule["witnesses"]]
    tap.equal(len(ids), 15, "rules")
    for rule in ids:
        text = popseal("explain", rule).exits(0).out
        tap.contains(text, "Seen by: config")
        tap.true("Dovecot" in text, f"{rule}: no product")
    tap.contains(popseal("explain", "config-permits").out, "product by product")


def options_of(command):
    return set(re.findall(r"(--[a-z][a-z-]+)", popseal(command, "--help").out))


PIPELINES = sorted([*(SOURCE / "contrib/ci").rglob("*.*"), SOURCE / ".pre-commit-hooks.yaml",
                    SOURCE / "docs/ci.md"])


def pipeline(path):
    text = path.read_text()
    if path.suffix in (".yml", ".yaml"):
        try:
            import yaml
        except ImportError:
            raise tap.Skip("needs Python's yaml") from None
        tap.true(yaml.safe_load(text), "it is empty")
    calls = re.findall(r"popseal (audit|verify|scan)((?:[ \t]|\\\n)[^\n|&;`]*(?:\\\n[^\n|&;`]*)*)", text)
    tap.true(calls or path.name == ".pre-commit-hooks.yaml", "it calls no popseal")
    for command, words in calls:
        named = set(re.findall(r"(?<!\S)(--[a-z][a-z-]+)", words))
        tap.equal(named - options_of(command), set(), f"options of popseal {command}")
        for word in re.findall(r"--format[= ]([a-z]+)", words):
            tap.true(word in FORMATS, f"format {word}")


for each in PIPELINES:
    tap.add(f"{each.relative_to(SOURCE)} parses, and names options that there are", pipeline, each)


@tap.test
def hook():
    """The pre-commit hook runs audit on what it is given"""
    try:
        import yaml
    except ImportError:
        raise tap.Skip("needs Python's yaml") from None
    for entry in yaml.safe_load((SOURCE / ".pre-commit-hooks.yaml").read_text()):
        tap.true({"id", "name", "entry", "language", "files"} <= set(entry), entry)
        words = entry["entry"].split()
        tap.equal(words[:2], ["popseal", "audit"], "entry")
        tap.equal(set(words[2:]) - options_of("audit"), set(), "options")
        tap.true(re.search(entry["files"], "etc/perdition/perdition.conf"), entry["files"])
        tap.true(not re.search(entry["files"], "README.md"), entry["files"])
        tree = Tree(perdition=PERMITS)
        tree.audit(*words[2:], *entry.get("args", []), "perdition/perdition.conf").exits(1)


tap.main()
