# SPDX-License-Identifier: Apache-2.0
"""audit beside the running server: --against an endpoint, --effective by the server's own dump."""
import os
import pathlib
import subprocess
import tempfile

import tap
from fakeserver import FakeServer, Pop3, capa, stls
from program import POPSEAL, Run, popseal, scratch

OPEN = {"CAPA": capa("USER", "STLS"), "USER": "+OK", "PASS": "-ERR [AUTH] bad login",
        "STLS": stls}
SHUT = {"CAPA": capa("STLS"), "USER": "-ERR TLS required", "AUTH": "-ERR TLS required",
        "STLS": stls}
NGINX = """mail {{
  auth_http 127.0.0.1:9/auth;
  ssl_certificate cert.pem;
  ssl_certificate_key key.pem;
  server {{ listen {port}; protocol pop3; starttls {starttls}; }}
}}
events {{}}
"""


def folder(**files):
    path = pathlib.Path(tempfile.mkdtemp(dir=scratch()))
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text)
    return path


def against(table, starttls, *words, port=None):
    """The config record of nginx with that setting, held against a server of that kind."""
    with FakeServer(Pop3(table)) as server:
        path = folder(nginx__conf=NGINX.format(port=port or server.port, starttls=starttls))
        run = popseal("audit", "--format", "jsonl", "--product", "nginx", "--against",
                      f"127.0.0.1:{server.port}", *words, path)
    return run.of_type("config")[0]


def disagreements(record, key="findings"):
    return [each for each in record[key] if each["rule"] == "config-disagrees"]


@tap.test
def wire_permits():
    """The configuration refuses, the wire permits: the line, and both sides, are told"""
    record = against(OPEN, "only")
    finding, = disagreements(record)
    tap.equal(record["verdict"], "refuses", "the configuration's verdict")
    tap.equal(finding["location"]["line"], 5, "line")
    tap.contains(finding["message"], "refuses")
    tap.contains(finding["message"], "permits (credentials-checked)")


@tap.test
def wire_refuses():
    """The configuration permits, the wire refuses"""
    tap.equal(len(disagreements(against(SHUT, "on"))), 1, "disagreements")


@tap.test
def both_agree():
    """Where both say the same there is nothing to report"""
    tap.equal(disagreements(against(OPEN, "on")), [], "permits")
    tap.equal(disagreements(against(SHUT, "only")), [], "refuses")


@tap.test
def other_port():
    """A server on a port that the configuration does not have is another one's"""
    finding, = disagreements(against(OPEN, "only", port=1))
    tap.contains(finding["message"], "By its configuration port")
    tap.contains(finding["message"], "is no-service, but")


@tap.test
def port_of_one_of_several():
    """What was seen on a port concerns the configuration that has it, and all where none has"""
    stunnel = "cert = /c\n[pop3]\naccept = {}\nconnect = 1\nprotocol = pop3\n"
    with FakeServer(Pop3(OPEN)) as server:
        for port, expected in ((server.port, [1, 0]), (1, [1, 1])):
            path = folder(a__conf=stunnel.format(port), b__conf=stunnel.format(2))
            run = popseal("audit", "--format", "jsonl", "--product", "stunnel", "--against",
                          f"127.0.0.1:{server.port}", path)
            tap.equal([len(disagreements(record)) for record in run.of_type("config")], expected,
                      f"port {port}")


@tap.test
def wire_silent():
    """What the wire does not tell is unknown, and never a disagreement"""
    record = against({"CAPA": capa("USER"), "USER": "-ERR [SYS/TEMP] later",
                      "AUTH": "-ERR [SYS/TEMP] later", "STLS": "-ERR no"}, "only")
    tap.equal(disagreements(record), [], "disagreements")
    tap.equal(len(disagreements(record, "unknowns")), 1, "unknowns")


@tap.test
def wire_undecided():
    """The text says what the wire did not tell, and that counts as undetermined"""
    table = {"CAPA": capa("USER"), "USER": "-ERR [SYS/TEMP] later", "AUTH": "-ERR [SYS/TEMP] later",
             "STLS": "-ERR no"}
    with FakeServer(Pop3(table)) as server:
        path = folder(nginx__conf=NGINX.format(port=server.port, starttls="only"))
        asked = ("audit", "--product", "nginx", "--fail-on", "high", "--against",
                 f"127.0.0.1:{server.port}", path)
        run = popseal(*asked).exits(2)
        tap.contains(run.out, "unknown config-disagrees  What pop3://127.0.0.1")
        tap.contains(run.out, "settle")
        popseal(*asked, "--no-strict").exits(0)


@tap.test
def wrong_words():
    """--against wants one endpoint; --effective goes with no image and no folder of a product"""
    path = folder(nginx__conf=NGINX.format(port=110, starttls="only"))
    for words in (("--against", "127.0.0.0/24"), ("--against", "a b"), ("--effective", "--root", "/"),
                  ("--effective", "--product", "nginx")):
        popseal("audit", *words, path).exits(3)
    popseal("audit", "--against", "nowhere.invalid", path).exits(4)


@tap.test
def effective_elsewhere():
    """A folder that is not the server's own is not laid over with what the server says"""
    run = popseal("audit", "--format", "jsonl", "--effective",
                  folder(nginx__conf=NGINX.format(port=110, starttls="only"))).exits(4)
    tap.contains(run.of_type("error")[0]["message"], "this host's server")


HOST = """
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc
rm -rf /etc/dovecot
mkdir /etc/dovecot
printf 'protocols = pop3\\nssl = required\\n' >/etc/dovecot/dovecot.conf
PATH=$2:$PATH exec "$3" audit --format jsonl --product-version 2.3.19 --effective /etc/dovecot
"""


def on_a_host(doveconf):
    """A run on a host whose Dovecot refuses by its files, and whose doveconf is this script."""
    if os.geteuid() != 0:
        raise tap.Skip("needs root, to lay something over /etc")
    path = folder(doveconf=doveconf)
    (path / "doveconf").chmod(0o755)
    words = ["unshare", "--mount", "sh", "-ec", HOST, "sh", tempfile.mkdtemp(dir=scratch()),
             str(path), POPSEAL]
    done = subprocess.run(words, capture_output=True, timeout=60, check=False)
    if b"mount:" in done.stderr:
        raise tap.Skip(f"no overlay here: {done.stderr.decode().strip()}")
    return Run(words, done.returncode, done.stdout, done.stderr, 0)


@tap.test
def effective():
    """What the server's own dump says takes the place of its files, and is named as the source"""
    run = on_a_host("#!/bin/sh\n[ \"$1\" = -n ] && printf 'protocols = pop3\\nssl = yes\\n"
                    "disable_plaintext_auth = no\\n'\n").exits(1)
    record, = run.of_type("config")
    tap.equal(record["verdict"], "permits", "verdict")
    finding = next(each for each in record["findings"] if each["rule"] == "config-permits")
    tap.contains(finding["location"]["file"], "(doveconf -n)")
    tap.equal(finding["location"]["line"], 3, "line")


@tap.test
def effective_fails():
    """Where the dump fails, that is an error, and the files are read"""
    run = on_a_host("#!/bin/sh\necho 'doveconf: Fatal: line 3' >&2\nexit 89\n").exits(4)
    tap.contains(run.of_type("error")[0]["message"], "Fatal: line 3")
    tap.equal(run.of_type("config")[0]["verdict"], "refuses", "verdict")


@tap.test
def effective_empty():
    """A dump that says nothing is not believed; one whose head says of what it is may be empty"""
    for printed in ("", "# nothing\\n\\n"):
        run = on_a_host(f"#!/bin/sh\nprintf '{printed}'\n").exits(4)
        tap.contains(run.of_type("error")[0]["message"], "printed no setting")
        tap.equal(run.of_type("config")[0]["verdict"], "refuses", "verdict of the files")
    run = on_a_host("#!/bin/sh\necho '# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf'\n")
    tap.equal(run.of_type("error"), [], "errors")


@tap.test
def effective_of_another():
    """The dump of another file says nothing about this one"""
    run = on_a_host("#!/bin/sh\nprintf '# 2.3.19.1 (9b53102964): /opt/d/dovecot.conf\\n"
                    "protocols = pop3\\nssl = no\\n'\n").exits(4)
    tap.contains(run.of_type("error")[0]["message"], "it speaks of /opt/d/dovecot.conf")
    tap.equal(run.of_type("config")[0]["verdict"], "refuses", "verdict of the files")


@tap.test
def effective_endless():
    """A dump that does not stop printing is cut off, and its output not believed"""
    run = on_a_host("#!/bin/sh\nexec yes disable_plaintext_auth = no\n").exits(4)
    tap.equal(run.of_type("config")[0]["verdict"], "refuses", "verdict")


if __name__ == "__main__":
    tap.main()
