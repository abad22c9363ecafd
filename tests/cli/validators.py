# SPDX-License-Identifier: Apache-2.0
"""Holds audit's formats against their schemas: published ones where there are some.

The schema of SARIF, the types of Code Climate's issues, and what reads the two, come from npm's
registry into the build folder; without a registry these checks are skipped.
"""
import json
import pathlib
import re
import shutil
import subprocess
import threading
import xml.etree.ElementTree as ET

import tap
from program import POPSEAL, SOURCE

HERE = pathlib.Path(__file__).resolve().parent
NPM = pathlib.Path(POPSEAL).resolve().parent / "npm"
# jest-sarif 1.0.0-beta.0 ships schemastore's sarif-2.1.0-rtm.5.json; ajv 6 still reads draft 04.
# codeclimate-types has the specification that GitLab's Code Quality reports follow.
# junit2json reads what continuous integration reads.
PACKAGES = ("@microsoft/jest-sarif@1.0.0-beta.0", "ajv@6.12.6", "codeclimate-types@0.3.1",
            "junit2json@4.0.0", "tree-sitter-powershell@0.26.4", "typescript@5.9.3",
            "web-tree-sitter@0.27.2")
LEVELS = {"none", "note", "warning", "error"}
GITLAB_SEVERITIES = {"info", "minor", "major", "critical", "blocker"}
COMMAND = re.compile(r"::(?:debug|(?:error|warning|notice) [^\r\n]*?)::[^\r\n]*")
_lock = threading.Lock()


def npm_folder():
    """Where the packages are; fetched once a build."""
    with _lock:
        if not shutil.which("node") or not shutil.which("npm"):
            raise tap.Skip("needs node and npm")
        complete = NPM / "complete"
        if not complete.exists() or complete.read_text() != " ".join(PACKAGES):
            NPM.mkdir(exist_ok=True)
            try:
                done = subprocess.run(
                    ["npm", "install", "--prefix", NPM, "--no-audit", "--no-fund",
                     "--ignore-scripts", "--no-save", *PACKAGES],
                    capture_output=True, text=True, timeout=90, check=False)
            except subprocess.TimeoutExpired:
                raise tap.Skip("npm's registry does not answer") from None
            if done.returncode != 0:
                raise tap.Skip(f"npm cannot fetch the schema: {done.stderr.strip()[-200:]!r}")
            complete.write_text(" ".join(PACKAGES))
    return NPM


def by_node(script, *paths):
    """Raises unless the script finds nothing wrong with the files."""
    done = subprocess.run(["node", HERE / script, npm_folder(), *paths],
                          capture_output=True, text=True, timeout=60, check=False)
    tap.equal((done.returncode, done.stdout), (0, ""), f"{paths}: {done.stderr}")


def powershell_by_grammar(path):
    """Raises unless the file is PowerShell."""
    by_node("powershell_parse.js", path)


def sarif_by_schema(path):
    """Raises unless the file is valid by the published schema."""
    by_node("sarif_schema.js", path)


def junit_by_reader(*paths):
    """What a reader of JUnit finds in the files: of each, its suites with their counts."""
    done = subprocess.run(["node", HERE / "junit_read.mjs", npm_folder(), *paths],
                          capture_output=True, text=True, timeout=60, check=False)
    tap.equal(done.returncode, 0, f"{paths}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def gitlab_by_types(*paths):
    """Raises unless the files are arrays of what others know as issues, and of nothing else."""
    by_node("gitlab_types.js", *paths)


def sarif(text):
    """The one run of a log, with what the schema cannot say."""
    log = json.loads(text)
    tap.equal(log["version"], "2.1.0", "version")
    run, = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        tap.equal(rules[result["ruleIndex"]]["id"], result["ruleId"], "rule")
        tap.true(result.get("level", "warning") in LEVELS, result)
        tap.true((result["kind"] == "fail") != (result.get("level") == "none"), result)
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            tap.true(re.fullmatch(r"(?:file:///)?[A-Za-z0-9%/!$&'()*+,;=@._~-]+", uri), uri)
    return run


def by_rng(rng, text):
    """Raises unless the XML is valid by a RELAX NG schema; returns its root."""
    if shutil.which("xmllint"):
        done = subprocess.run(["xmllint", "--noout", "--relaxng", rng, "-"], input=text.encode(),
                              capture_output=True, timeout=60, check=False)
        tap.equal(done.returncode, 0, f"{done.stderr.decode()} in {text}")
    return ET.fromstring(text)


def checkstyle(text):
    return by_rng(HERE / "checkstyle.rng", text)


def junit(text):
    root = by_rng(SOURCE / "tests/unit/junit.rng", text)
    for suite in root:
        cases = suite.findall("testcase")
        for attribute, found in (("tests", cases), ("failures", suite.findall("*/failure")),
                                 ("errors", suite.findall("*/error"))):
            tap.equal(int(suite.get(attribute)), len(found), attribute)
    return root


def gitlab(text):
    """A Code Quality report, as GitLab documents it: an array of objects with these properties."""
    issues = json.loads(text)
    tap.true(isinstance(issues, list), text)
    for issue in issues:
        for key in ("description", "check_name", "fingerprint"):
            tap.true(isinstance(issue[key], str) and issue[key], f"{key} in {issue}")
        tap.true(issue["severity"] in GITLAB_SEVERITIES, issue)
        path = issue["location"]["path"]
        tap.true(isinstance(path, str) and not path.startswith("./"), path)
        begin = issue["location"]["lines"]["begin"]
        tap.true(isinstance(begin, int) and begin >= 1, issue)
    fingerprints = [issue["fingerprint"] for issue in issues]
    tap.equal(len(set(fingerprints)), len(fingerprints), "different fingerprints")
    return issues


def github(text):
    """Workflow commands, one a line, and nothing else; returns their properties and messages."""
    commands = []
    for line in text.split("\n")[:-1]:
        tap.true(COMMAND.fullmatch(line), f"no command: {line!r}")
        head, _, message = line[2:].partition("::")
        name, _, rest = head.partition(" ")
        properties = dict(pair.split("=", 1) for pair in rest.split(",") if pair)
        for value in properties.values():
            tap.lacks(value, ":")
        commands.append((name, properties, message))
    return commands
