# SPDX-License-Identifier: Apache-2.0
"""What popseal verify writes: formats for people, CI, monitoring and auditors."""
import html.parser
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import tap
from asking import (TRUSTED, closed_port, credentials, library, no_secret, plain_pop3, pop3s,
                    verify)
from fakeserver import FakeServer, Pop3, capa, silent
from mailbox import Mailbox
from program import popseal, scratch
from tlspki import NAME, pki

PERMITS = {"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR [AUTH] Bad login"}
EXPECT = "refuses,tls,tls>=1.2,cert,days>=30,name,login"
EVIL = "+OK \x1b[2J <script>alert(1)</script> ]]> \" & \x00 \u202e ready"


def good():
    return FakeServer(Mailbox("PLAIN").behave(), tls=True, secure=library())


def run_as(form, server, expect=EXPECT, *words):
    return verify(expect, *TRUSTED, *words, server.url, form=form, env=credentials())


# --- text ---------------------------------------------------------------------------------

@tap.test
def text():
    """Text: one line an expectation, with its state and why"""
    with good() as server:
        run = run_as("text", server).exits(0)
    for name in EXPECT.split(","):
        lines = [line for line in run.out.splitlines() if name in line and "met" in line]
        tap.true(lines, f"no line of {name}: {run}")
    with pop3s(leaf="expired") as server:
        run = run_as("text", server, "cert,tls").exits(1)
    tap.true(re.search(r"\bunmet\b.*\bcert\b|\bcert\b.*\bunmet\b", run.out), f"unmet cert: {run}")
    tap.contains(run.out, "expired", "why")


@tap.test
def text_undetermined():
    """Text says what would settle what could not be determined"""
    with FakeServer(silent) as server:
        run = verify("refuses", server.target, form="text", timeout=1).exits(2)
    tap.contains(run.out, "undetermined")


# --- Nagios ------------------------------------------------------------------------------

PERFDATA = re.compile(r"'?[^'=|]+'?=(U|-?[0-9.]+)(us|ms|s|%|B|KB|MB|GB|TB|c)?(;[^; ]*){0,4}")


def nagios(make, expect, code, word, mapped, mapped_word, timeout=5):
    with make() as server:
        run = verify(expect, *TRUSTED, server.url, form="nagios", timeout=timeout)
        again = verify(expect, *TRUSTED, "--exit-codes", "nagios", server.url, form="nagios",
                       timeout=timeout)
    for each, exit_code, first in ((run, code, word), (again, mapped, mapped_word)):
        each.exits(exit_code)
        head = each.out.splitlines()[0]
        tap.true(re.search(rf"(^|\s){first}\b", head), f"{first} in {head!r}")
        data = head.partition("|")[2].split()
        for piece in data:
            tap.true(PERFDATA.fullmatch(piece), f"performance data {piece!r} of {head!r}")
        tap.true(len(each.out) < 8192, "Nagios reads 8 KiB")


tap.add("nagios: met", nagios, pop3s, "tls,cert,name", 0, "OK", 0, "OK")
tap.add("nagios: unmet", nagios, lambda: pop3s(leaf="expired"), "cert", 1, "WARNING", 2, "CRITICAL")
tap.add("nagios: undetermined", nagios, lambda: FakeServer(silent), "refuses", 2, "CRITICAL", 3,
        "UNKNOWN", 1)


@tap.test
def nagios_figures():
    """nagios: days left and the handshake's time are performance data"""
    with pop3s(leaf="ec") as server:
        run = verify("tls,days>=30", *TRUSTED, server.url, form="nagios").exits(0)
    data = run.out.splitlines()[0].partition("|")[2]
    tap.true(re.search(r"days[^=]*=299", data), f"days left: {data!r}")
    tap.true(re.search(r"=[0-9.]+(s|ms|us)\b", data), f"a time: {data!r}")


@tap.test
def nagios_hostile():
    """nagios: what a server says makes no second line, no performance data and no escape"""
    with FakeServer(Pop3({**PERMITS, "PASS": "-ERR [AUTH] a | b=1 \x1b[2J"},
                         greeting="+OK a | evil=1;2 \x1b")) as server:
        run = verify("refuses", server.target, form="nagios").exits(1)
    tap.lacks(run.out.splitlines()[0].partition("|")[2], "evil", "performance data")
    tap.lacks(run.out, "\x1b", "output")


# --- JUnit -------------------------------------------------------------------------------

def cases(run):
    root = ElementTree.fromstring(run.out)
    tap.true(root.tag in ("testsuites", "testsuite"), f"root: {root.tag}")
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    for suite in suites:
        found = suite.findall("testcase")
        tap.equal(int(suite.get("tests")), len(found), "tests")
        tap.equal(int(suite.get("failures", "0")),
                  sum(case.find("failure") is not None for case in found), "failures")
        tap.equal(int(suite.get("errors", "0")),
                  sum(case.find("error") is not None for case in found), "errors")
    return [case for suite in suites for case in suite.findall("testcase")]


@tap.test
def junit():
    """junit: a case an expectation; unmet fails, undetermined does not pass"""
    with good() as server:
        run = run_as("junit", server).exits(0)
    found = cases(run)
    for name in EXPECT.split(","):
        tap.true(any(name in case.get("name") for case in found), f"no case of {name}: {run}")
    tap.true(all(case.find("failure") is None and case.find("error") is None for case in found),
             "all pass")
    with pop3s(leaf="expired") as server, FakeServer(silent) as waiting:
        run = verify("refuses,cert", *TRUSTED, server.url, waiting.target, form="junit", timeout=1)
    run.exits(1)
    expired = next(case for case in cases(run) if "cert" in case.get("name")
                   and str(server.port) in case.get("name") + case.get("classname", ""))
    tap.true(expired.find("failure") is not None, f"cert: {run}")
    tap.contains(ElementTree.tostring(expired, "unicode"), "expired", "why")
    waits = [case for case in cases(run) if case is not expired
             and str(waiting.port) in case.get("name") + case.get("classname", "")]
    tap.true(waits and all(case.find("error") is not None or case.find("skipped") is not None
                           or case.find("failure") is not None for case in waits),
             f"undetermined passes: {run}")


@tap.test
def junit_hostile():
    """junit: what a server says cannot break the document"""
    with FakeServer(Pop3({**PERMITS, "PASS": "-ERR [AUTH] " + EVIL}, greeting=EVIL)) as server:
        run = verify("refuses", server.target, form="junit")
    tap.true(run.code in (1, 2), f"exit: {run}")
    tap.true(cases(run), "cases")
    tap.lacks(run.out, "\x1b", "output")


@tap.test
def ticket():
    """ticket: a text that answers a ticket, with each expectation"""
    with good() as server:
        run = run_as("ticket", server).exits(0)
    for name in EXPECT.split(","):
        tap.contains(run.out, name, "ticket")
    tap.contains(run.out, str(server.port), "ticket")


@tap.test
def output_file():
    """--output: the document stands in the file, and nothing on standard output"""
    path = scratch() / "result.xml"
    with good() as server:
        run = run_as("junit", server, EXPECT, "--output", path).exits(0)
    tap.equal(run.out, "", "standard output")
    tap.true(ElementTree.parse(path).getroot() is not None, "a document")


# --- jsonl -------------------------------------------------------------------------------

FIELDS = {"schema", "type", "time", "time_quality", "subject", "name", "state", "reason",
          "message", "evidence", "settle", "host"}


@tap.test
def records():
    """jsonl: each expectation has every field, in the order of the list; the summary is last"""
    with good() as server:
        run = run_as("jsonl", server).exits(0)
    found = run.of_type("expectation")
    tap.equal([record["name"] for record in found], EXPECT.split(","), "names")
    for record in found:
        tap.true(FIELDS <= set(record), f"lacks {FIELDS - set(record)}")
        tap.equal(record["subject"], server.url, "subject")
        tap.true(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", record["time"]), "time")
    tap.equal(run.summary["type"], "summary", "last")
    tap.equal(len(run.of_type("endpoint")), 1, "endpoint records")


@tap.test
def transcripts():
    """--transcript: what was said, the login among it, without its secret"""
    with good() as server:
        run = run_as("jsonl", server, EXPECT, "--transcript").exits(0)
    said = json.dumps(run.records)
    for part in ("STAT", "+OK 3 1234", "AUTH PLAIN", "<secret>"):
        tap.contains(said, part, "transcript")


# --- the evidence bundle ------------------------------------------------------------------

def bundle(form, server, expect=EXPECT, words=TRUSTED, env=None):
    path = scratch() / f"evidence-{server.port}.{form}"
    run = verify(expect, *words, "--evidence", path, server.url, env=env or credentials())
    data = path.read_bytes()
    no_secret(data, path.name)
    tap.equal(path.stat().st_mode & 0o077 & ~0o044, 0, "nobody else may write it")
    return run, data.decode()


def texts(value):
    """All texts within a JSON value."""
    if isinstance(value, dict):
        return [text for each in value.items() for part in each for text in texts(part)]
    if isinstance(value, list):
        return [text for each in value for text in texts(each)]
    return [value] if isinstance(value, str) else []


@tap.test
def bundle_json():
    """--evidence .json: what was asked and answered and when, transcript, and the chain"""
    with good() as server:
        run, text = bundle("json", server)
    run.exits(0)
    found = json.loads(text)
    said = "\n".join(texts(found))
    for part in (server.url, "CAPA", "+OK Mailbox ready", "AUTH PLAIN", "STAT", "<secret>",
                 "TLSv1.3", *EXPECT.split(",")):
        tap.contains(said, part, "the bundle")
    tap.equal(said.count("BEGIN CERTIFICATE"), 2, "certificates: the leaf and its intermediate")
    pem = re.search("-----BEGIN CERTIFICATE.*?END CERTIFICATE-----", said, re.S)[0]
    done = subprocess.run(["openssl", "x509", "-noout", "-subject"], input=pem.encode(),
                          capture_output=True, check=False)
    tap.contains(done.stdout.decode(), NAME, "the leaf")
    tap.true(re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", said), "a time")


class Page(html.parser.HTMLParser):
    """What a page refers to, which elements it has, and its text."""
    VOID = {"meta", "link", "br", "hr", "img", "input", "col"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.references, self.open, self.text = [], [], [], []
        self.feed(text)
        self.close()
        tap.equal(self.open, [], "elements that are not closed")

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [value for name, value in attrs if name in ("src", "href", "action")]
        tap.true(not any(name.startswith("on") for name, _ in attrs), f"a handler in {tag}")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            tap.equal(self.open and self.open.pop(), tag, "the element that ends")

    def handle_data(self, data):
        self.text.append(data)


@tap.test
def bundle_html():
    """--evidence .html: a page that stands alone, with the same in it"""
    with good() as server:
        run, text = bundle("html", server)
    run.exits(0)
    page = Page(text)
    said = "".join(page.text)
    for part in (server.url, "CAPA", "+OK Mailbox ready", "STAT", "<secret>", NAME, "TLSv1.3",
                 *EXPECT.split(",")):
        tap.contains(said, part, "the page")
    # Links to references may stand there; nothing is loaded.
    loading = {"script", "iframe", "object", "embed", "img", "form"}
    tap.equal(set(page.tags) & loading, set(), "tags")
    for reference in page.references:
        tap.true(reference.startswith(("https://", "#")), f"refers to {reference}")
    tap.true("utf-8" in text[:1024].lower(), "its charset")


@tap.test
def bundle_hostile():
    """--evidence: what a server and its certificate say is text, and stays it"""
    mailbox = Mailbox("PLAIN", greeting=EVIL, stat="+OK 1 2 " + EVIL)
    with FakeServer(mailbox.behave(), tls=True, secure=library("hostile")) as server:
        for form in ("html", "json"):
            _, text = bundle(form, server)
            tap.true(not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text), "controls")
            if form == "html":
                tap.equal(set(Page(text).tags) & {"script"}, set(), "tags")
            else:
                json.loads(text)


@tap.test
def bundle_of_failures():
    """--evidence holds what was unmet, and why"""
    with pop3s(leaf="expired") as server:
        for form in ("html", "json"):
            run, text = bundle(form, server, "cert,login")
            run.exits(1)
            tap.contains(text, "expired", "the bundle")
            tap.contains(text, "unmet", "the bundle")
            tap.contains(text, "undetermined", "the bundle")


@tap.test
def bundle_names():
    """--evidence wants .html or .json, and says so before it asks anything"""
    with good() as server:
        run = popseal("verify", "--expect", "tls", "--evidence", scratch() / "e.pdf", server.url)
        tap.equal(len(server.connections), 0, "connections")
    run.exits(3)
    tap.contains(run.err, "--evidence")


@tap.test
def bundle_of_several():
    """--evidence of several hosts is one document with all of them"""
    path = scratch() / "several.json"
    closed = f"127.0.0.1:{closed_port()}"
    with pop3s() as server, FakeServer(plain_pop3("USER")) as clear:
        verify("refuses", *TRUSTED, "--evidence", path, server.url, clear.target, closed).exits(0)
    said = "\n".join(texts(json.loads(path.read_text())))
    for subject in (server.url, clear.url, closed):
        tap.contains(said, subject, "the bundle")


@tap.test
def bundle_replaced():
    """--evidence replaces the file as a whole, or not at all"""
    folder = scratch() / "whole"
    folder.mkdir()
    path = folder / "e.json"
    path.write_text("before")
    with good() as server:
        verify("tls", *TRUSTED, "--evidence", path, server.url).exits(0)
    tap.true(json.loads(path.read_text()), "a document")
    tap.equal([each.name for each in folder.iterdir()], ["e.json"], "files")
    shutil.rmtree(folder)


@tap.test
def help_page():
    """verify --help names what the interface promises"""
    out = popseal("verify", "--help").exits(0).out
    for option in ("--expect", "--policy", "--netrc", "--ca", "--tls-name", "--insecure",
                   "--evidence", "--mechanism", "--format"):
        tap.contains(out, option, "help")
    tap.lacks(out, "--password", "help")


@tap.test
def anchors():
    """The root of the lab is the one anchor that --ca gives: another one does not hold"""
    with pop3s() as server:
        words = ("--ca", pki().authority("stranger"), "--tls-name", NAME)
        verify("cert", *words, server.url).exits(1)


if __name__ == "__main__":
    tap.main()
