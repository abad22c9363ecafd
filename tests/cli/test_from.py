# SPDX-License-Identifier: Apache-2.0
"""Reports of other tools: what is asked after them, and what answers their tickets."""
import csv
import io
import tempfile

import tap
from fakeserver import FakeServer, Pop3, capa
from program import popseal, scratch

TLS_FIRST = {"USER": "-ERR TLS required to log in.", "AUTH": "-ERR TLS required to log in.",
             "STLS": "-ERR no"}
STILL_LISTED = {"CAPA": capa("USER", "TOP")} | TLS_FIRST
LISTED_NO_MORE = {"CAPA": capa("TOP")} | TLS_FIRST
PERMITS = {"CAPA": capa("USER"), "USER": "+OK", "PASS": "-ERR [AUTH] Bad login", "AUTH": "-ERR no",
           "STLS": "-ERR no"}
OUTPUT = "The following cleartext methods are supported :\nUSER\n"


def nessus(ports, end="</ReportHost></Report></NessusClientData_v2>"):
    items = "".join(
        f'<ReportItem port="{port}" svc_name="pop3" protocol="tcp" pluginID="15855">'
        f"<plugin_output>{OUTPUT}</plugin_output></ReportItem>" for port in ports)
    return ('<?xml version="1.0" ?><NessusClientData_v2><Report name="r"><ReportHost name="mail.example">'
            f'<HostProperties><tag name="host-ip">127.0.0.1</tag></HostProperties>{items}{end}')


def written(text):
    """The path of a file with that text; its name says nothing."""
    with tempfile.NamedTemporaryFile("w", dir=scratch(), delete=False) as file:
        file.write(text)
    return file.name


def closed_port():
    with FakeServer(Pop3(PERMITS)) as server:
        return server.port


@tap.test
def answers():
    """Each flagged endpoint has its answer, and the claim beside its verdict"""
    with FakeServer(Pop3(PERMITS)) as bad, FakeServer(Pop3(STILL_LISTED)) as listed, \
            FakeServer(Pop3(LISTED_NO_MORE)) as fixed:
        gone = closed_port()
        path = written(nessus([bad.port, listed.port, fixed.port, gone]))
        run = popseal("scan", "--format", "jsonl", "--timeout", "5", "--from", path)
        expected = {bad.port: "confirmed", listed.port: "false-positive", fixed.port: "fixed",
                    gone: "not-reachable"}
    records = run.of_type("endpoint")
    tap.equal({record["port"]: record["answer"] for record in records}, expected, "answers")
    for record in records:
        tap.equal(record["claim"],
                  {"reporter": "nessus", "id": "15855", "kind": "cleartext-login",
                   "text": OUTPUT.strip().replace("\n", "\\n"), "host": "mail.example",
                   "port": record["port"]}, "claim")
    tap.equal(run.code, 1, "exit code")


@tap.test
def ticket():
    """A ticket has claim, answer, proof and what to do next"""
    with FakeServer(Pop3(STILL_LISTED)) as server:
        text = popseal("scan", "--format", "ticket", "--from", written(nessus([server.port]))).out
    for part in ("\n  claim   nessus 15855: cleartext-login on mail.example, port ",
                 "\n  answer  false-positive. ", "\n  verdict refuses (proven) [refused]. ",
                 "\n  asked   20", ", from 127.0.0.1 (same-host), by popseal ",
                 "\n          S: USER      <-- the scanner's rule fires on this\n",
                 "\n          C: AUTH PLAIN\n          S: -ERR TLS required to log in.\n",
                 "\n  next    Close the ticket as a false positive"):
        tap.contains(text, part)


@tap.test
def shadowserver():
    """The table has a line for what answered, under Shadowserver's headings"""
    with FakeServer(Pop3(PERMITS)) as server:
        text = popseal("scan", "--format", "shadowserver", f"127.0.0.1:{server.port}",
                       f"127.0.0.1:{closed_port()}").out
    rows = list(csv.DictReader(io.StringIO(text)))
    tap.equal([(row["ip"], row["protocol"], row["port"], row["severity"], row["tag"])
               for row in rows], [("127.0.0.1", "tcp", str(server.port), "medium", "pop3;permits")],
              "rows")


@tap.test
def cut_off():
    """A report that breaks off is an error, and what was read is asked"""
    with FakeServer(Pop3(PERMITS)) as server:
        run = popseal("scan", "--format", "jsonl", "--from",
                      written(nessus([server.port], end="<ReportHost name=")))
    tap.equal([record["answer"] for record in run.of_type("endpoint")], ["confirmed"], "answers")
    error, = run.of_type("error")
    tap.contains(error["message"], "line 3: ")
    tap.true(run.code in (3, 4), run)


@tap.test
def unknown():
    """What is no report is named and refused"""
    path = written("192.0.2.1\n")
    run = popseal("scan", "--format", "jsonl", "--from", path)
    tap.contains(run.out + run.err, path)
    tap.contains(run.out + run.err, "no report of a known format")
    tap.true(run.code in (3, 4), run)


@tap.test
def again():
    """popseal's own records are a report too"""
    with FakeServer(Pop3(PERMITS)) as server:
        first = popseal("scan", "--format", "jsonl", f"127.0.0.1:{server.port}").out
        run = popseal("scan", "--format", "jsonl", "--from", written(first))
    record, = run.of_type("endpoint")
    tap.equal((record["answer"], record["claim"]["reporter"], record["claim"]["id"]),
              ("confirmed", "popseal", "credentials-checked"), "answer")


tap.main()
