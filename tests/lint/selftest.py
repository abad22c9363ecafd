#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""selftest - each lint passes a good tree and fails each of the broken ones (TAP).

A broken tree is the good one with one file changed, added or taken away.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SPDX = "/* SPDX-License-" "Identifier: Apache-2.0 */\n"

RULE = SPDX + """#include "model/facts.h"

const struct rule rule_some_rule = {
	.id = "some-rule",
};
"""
PAGE = """.Dd January 1, 2026
.Dt POPSEAL 1
.Os
.Sh NAME
.Nm popseal
.Nd asks
.Sh SYNOPSIS
.Nm
.Ar command
.Sh DESCRIPTION
Options:
.Bl -tag -width Ds
.It Fl -%s
An option.
.El
"""
POPSEAL = """#!/bin/sh
case "$*" in
--help) printf 'Commands:\\n  scan    ask\\n\\n  --quiet  say less\\n' ;;
'scan --help') printf '  --depth=D  how deep\\n  --quiet  say less\\n' ;;
wrong) exit 3 ;;
*) exit 1 ;;
esac
"""
README = """# tool

```sh
make
make test
```

```console
$ popseal --help
Commands:
$ popseal scan --help
$ build/popseal scan \\
    host
```
"""

GOOD = {
    "Makefile": "all: build\nbuild test:\n\ttrue\n",
    "README.md": README,
    "src/main.c": SPDX + '#include "cmd/command.h"\n#include "config.h"\n\nint\nmain(void)\n{\n\treturn 0;\n}\n',
    "src/model/facts.h": SPDX,
    "src/pop3/reply.h": SPDX + '#include "model/facts.h"\n',
    "src/pop3/reply.c": SPDX + '#include "pop3/reply.h"\n\n#include <string.h>\n\n/* strcpy() is banned */\n'
                        'int\nreply(void)\n{\n\treturn 1;\n}\n',
    "src/net/loop.h": SPDX + "#include <uv.h>\n",
    "src/scan/scan.h": SPDX + '#include "net/loop.h"\n',
    "src/fleet/fleet.h": SPDX + '#include "scan/scan.h"\n',
    "src/rules/some_rule.c": RULE,
    "src/rules/rules.def": SPDX + "RULE(some_rule)\n",
    "src/products/product.c": SPDX,
    "src/products/big_one/wire.c": SPDX + 'const struct product product_big_one = {\n\t.name = "big-one",\n};\n',
    # Nothing on the wire tells that it is there, so there is no dialogue of it.
    "src/products/quiet_one.c": SPDX + "static const struct fingerprint fingerprints[] = "
    '{ { PLACE_END, NULL, 0 } };\n\nconst struct product product_quiet_one = {\n\t.name = "quiet-one",\n};\n',
    "src/products/products.def": "PRODUCT(big_one)\nPRODUCT(quiet_one)\n",
    "src/cmd/command.h": SPDX + '#include "scan/scan.h"\n',
    "src/cmd/scan.c": SPDX + 'const struct command command_scan = {\n\t.name = "scan",\n};\n',
    "src/cmd/commands.def": "COMMAND(scan)\n",
    "src/reports/text.c": SPDX + 'const struct report report_text = {\n\t.name = "text",\n};\n',
    "src/reports/reports.def": "REPORT(text)\n",
    "src/pop3/sasl/cram_md5.c": SPDX + 'const struct sasl_mechanism sasl_mechanism_cram_md5 = {\n'
                                       '\t.name = "CRAM-MD5",\n};\n',
    "src/pop3/sasl/mechanisms.def": "SASL_MECHANISM(cram_md5)\n",
    "docs/rules/some-rule.md": "x\n",
    "docs/products/big-one.md": "x\n",
    "docs/products/quiet-one.md": "x\n",
    "docs/man/popseal.1": PAGE % "quiet",
    "docs/man/popseal-scan.1": PAGE % "depth",
    "tests/rules/some-rule/fail.json": "x\n",
    "tests/rules/some-rule/pass.json": "x\n",
    "tests/rules/some-rule/unknown-late.json": "x\n",
    "tests/transcripts/big-one-clear.txt": "x \n",
    "tools/script": "#!/bin/sh\ntrue\n",
    "build/popseal": POPSEAL,
}


def grown(path, more):
    return {path: GOOD[path] + more}


def function(lines):
    return "\nint\nlong_one(void)\n{\n" + "\treply();\n" * (lines - 3) + "}\n"


def words(*parts):
    """Joined here, so that this file does not hold what the lints look for."""
    return "".join(parts)


# lint: {what is wrong: files that differ from GOOD; None takes a file away}
BROKEN = {
    "layers": {
        "a climb": grown("src/pop3/reply.c", '#include "cmd/command.h"\n'),
        "a room of the same level": {"src/rules/other.h": SPDX,
                                     **grown("src/products/product.c", '#include "rules/other.h"\n')},
        "an engine in an engine": {"src/fix/fix.h": SPDX + '#include "scan/scan.h"\n'},
        "libuv outside net": grown("src/scan/scan.h", "#include <uv.h>\n"),
        "OpenSSL outside net": grown("src/cmd/command.h", "#include <openssl/ssl.h>\n"),
        "I/O in a pure room": grown("src/rules/some_rule.c", "#include <stdio.h>\n"),
        "a clock in a pure room": grown("src/pop3/reply.c", "int x = g_get_monotonic_time();\n"),
        "a path that is not relative to src": grown("src/pop3/reply.c", '#include "reply.h"\n'),
        "an unknown room": {"src/util/misc.c": SPDX},
        "no source at all": {path: None for path in GOOD if path.startswith("src/")},
    },
    "registries": {
        "a line without a file": grown("src/rules/rules.def", "RULE(ghost)\n"),
        "a file without a line": {"src/rules/rules.def": ""},
        "a line twice": grown("src/cmd/commands.def", "COMMAND(scan)\n"),
        "a line that is none": grown("src/reports/reports.def", "REPORTS(csv)\n"),
        "an id unlike the file": {"src/rules/some_rule.c": RULE.replace("some-rule", "other-rule")},
        "a mechanism's name unlike the file": {"src/pop3/sasl/mechanisms.def": "SASL_MECHANISM(plain)\n"},
        "a mechanism in small letters": {
            "src/pop3/sasl/cram_md5.c": GOOD["src/pop3/sasl/cram_md5.c"].replace("CRAM-MD5", "cram-md5")},
        "a feature in another's file": {"src/rules/some_rule.c": None, "src/rules/any.c": RULE},
        "no page of a rule": {"docs/rules/some-rule.md": None},
        "a page of no rule": {"docs/rules/ghost.md": "x\n"},
        "no failing fixture": {"tests/rules/some-rule/fail.json": None},
        "no passing fixture": {"tests/rules/some-rule/pass.json": None},
        "no unknown fixture": {"tests/rules/some-rule/unknown-late.json": None},
        "fixtures of no rule": {"tests/rules/ghost/fail.json": "x\n"},
        "no page of a product": {"docs/products/big-one.md": None},
        "no page of a product without dialogues": {"docs/products/quiet-one.md": None},
        "no transcript of a product": {"tests/transcripts/big-one-clear.txt": None},
        "no page of a command": {"docs/man/popseal-scan.1": None},
        "no registry": {"src/reports/reports.def": None},
    },
    "budgets": {
        "a function of 101 lines": grown("src/pop3/reply.c", function(100)),
        "a long median": grown("src/pop3/reply.c", function(20).replace("long_one", "a") + function(20)),
        "a file of 801 lines": grown("src/pop3/reply.h", "int x;\n" * 799),
        "a script of 801 lines": {"tools/script": "#!/bin/sh\n" + "true\n" * 800},
        "a banned function": grown("src/pop3/reply.c", "int x = " + words("str", "cpy") + "(a, b);\n"),
        "a typedef'd struct": grown("src/pop3/reply.h", "typedef struct reply reply;\n"),
        "no SPDX line": {"src/pop3/reply.h": "int x;\n"},
        "spaces for a tab": grown("src/pop3/reply.c", "int\ny(void)\n{\n        return 1;\n}\n"),
        "white space at the end": grown("src/pop3/reply.c", "int x; \n"),
        "101 columns": grown("src/pop3/reply.c", "/*" + "x" * 97 + "*/\n"),
        "unfinished work": grown("src/pop3/reply.c", "/* " + words("TO", "DO") + ": more */\n"),
    },
    "man": {
        "an option without an entry": {"docs/man/popseal-scan.1": PAGE % "quiet"},
        "an entry without an option": {"docs/man/popseal-scan.1": PAGE.replace(
            ".El", ".It Fl -%s\nAnother.\n.El") % ("depth", "ghost")},
        "a common entry without an option": {"docs/man/popseal.1": PAGE.replace(
            ".El", ".It Fl -%s\nAnother.\n.El") % ("quiet", "ghost")},
        "a command that help lacks": grown("src/cmd/commands.def", "COMMAND(audit)\n"),
        "a command that only help knows": {"build/popseal": POPSEAL.replace("ask\\n", "ask\\n  ghost  x\\n")},
        "a page that mandoc warns of": {"docs/man/popseal-scan.1": PAGE % "depth" + ".Bogus macro\n"},
        "no page": {"docs/man/popseal-scan.1": None},
    },
    "readme": {
        "a usage error": {"README.md": README.replace("scan --help", "wrong")},
        "a missing program": {"README.md": README.replace("popseal scan --help", "ghost-program")},
        "a missing target": {"README.md": README.replace("make test", "make ghost")},
        "too few commands": {"README.md": README.replace("$ popseal --help", "# skip-run")},
        "no README": {"README.md": None},
    },
    "tracked": {
        "a registry": {"tools/script": "#!/bin/sh\nfetch https://" + words("deb.", "debian.org") + "/x\n"},
        "a secret": {"tools/key": "-----BEGIN RSA " + words("PRIVATE", " KEY") + "-----\n"},
        "a large file": {"docs/large.txt": "x" * ((1 << 20) + 1)},
    },
}

PROGRAM = "#include <string.h>\nint main(int c, char **v) { char b[9]; strcpy(b, v[c - 1]); return b[0]; }\n"
HARD = ("-O2 -fPIE -pie -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fcf-protection=full -Wl,-z,relro"
        " -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,shstk").split()
SOFT = {
    "not position-independent": ["-fno-pie", "-no-pie"],
    "no RELRO": ["-Wl,-z,norelro"],
    "lazy binding": ["-Wl,-z,lazy"],
    "an executable stack": ["-Wl,-z,execstack"],
    "no landing pads": ["-fcf-protection=none"],
    "no stack protector": ["-fno-stack-protector"],
    "no fortified calls": ["-U_FORTIFY_SOURCE"],
    "a run path": ["-Wl,-rpath,/tmp"],
}


class Tap:
    count = failures = 0

    def point(self, holds, title, detail=""):
        self.count += 1
        self.failures += not holds
        print(f"{'' if holds else 'not '}ok {self.count} - {title}")
        if not holds:
            print("".join(f"# {line}\n" for line in detail.splitlines()), end="")


def write_tree(folder, changes):
    for path, text in {**GOOD, **changes}.items():
        if text is None:
            continue
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    os.chmod(pathlib.Path(folder, "build/popseal"), 0o755)


def run(lint, *arguments):
    return subprocess.run([sys.executable, HERE / f"{lint}.py", *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def lint_tree(lint, changes):
    with tempfile.TemporaryDirectory() as folder:
        write_tree(folder, changes)
        arguments = [folder] if lint not in ("man", "readme") else [f"{folder}/build/popseal", folder]
        return run(lint, *arguments)


def expect(tap, title, done, good):
    # A lint that trips over its input is as wrong as one that lets it pass.
    holds = done.returncode == (0 if good else 1) and "Traceback" not in done.stdout
    tap.point(holds, title, done.stdout)


def check_hardening(tap):
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, "x.c"), f"{folder}/x"
        source.write_text(PROGRAM)
        for title, flags in {"a good one": [], **SOFT}.items():
            subprocess.run(["cc", source, "-w", "-o", program, *HARD, *flags], check=True)
            expect(tap, f"hardening: {title}", run("hardening", program), title == "a good one")


def main():
    tap = Tap()
    for lint, cases in BROKEN.items():
        expect(tap, f"{lint}: a good one", lint_tree(lint, {}), True)
        for title, changes in cases.items():
            expect(tap, f"{lint}: {title}", lint_tree(lint, changes), False)
    check_hardening(tap)
    print(f"1..{tap.count}")
    sys.exit(1 if tap.failures else 0)


main()
