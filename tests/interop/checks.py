# SPDX-License-Identifier: Apache-2.0
"""What popseal must have said of a variant, and the table at the end."""
import collections
import json
import subprocess
import threading
from dataclasses import dataclass, field

import lab
import truth as truths

SCAN_SECONDS = 120
EXIT_CODES = (0, 1, 2)          # clean, findings, something undetermined
DEPTHS = {
    "standard": (),
    "gentle": ("--depth", "gentle"),
    "no-credential": ("--no-credential",),
}
CAPABILITY_CHECKS = ("USER listed", "SASL PLAIN", "nessus", "no STLS")


@dataclass
class Check:
    title: str
    passed: bool
    detail: str = ""

    def tap(self, number):
        line = f"{'ok' if self.passed else 'not ok'} {number} - {self.title}"
        detail = "" if self.passed else self.detail
        return "\n".join([line, *(f"# {text}" for text in detail.splitlines())])


@dataclass
class Result:
    """All that came out of one variant."""
    variant: lab.Variant
    truth: truths.Truth = None
    checks: list = field(default_factory=list)
    said: str = ""                  # popseal's verdict on the clear port, at standard depth

    def add(self, title, passed, detail=""):
        self.checks.append(Check(f"{self.variant.title} {title}", passed, detail))

    def check_truth(self, instance):
        wrong = truths.complaints(self.variant, self.truth)
        detail = "\n".join([*wrong, str(self.truth), instance.log()]) if wrong else ""
        self.add(f"truth: {self.truth.verdict}", not wrong, detail)
        return not wrong


def ask_popseal(result, instance, popseal):
    """One scan at each depth, side by side: most of the time goes to waiting for the server."""
    scans = {}
    threads = [threading.Thread(target=scan, args=(scans, depth, instance, popseal))
               for depth in DEPTHS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for depth in DEPTHS:
        check_scan(result, depth, scans[depth])


@dataclass
class Scan:
    command: list
    records: list = field(default_factory=list)
    problem: str = ""

    def endpoint(self, port):
        return next((record for record in self.records if record.get("type") == "endpoint"
                     and record.get("port") == port), None)


def scan(scans, depth, instance, popseal):
    command = [popseal, "scan", "--netns", instance.asking_ns, "--format", "jsonl", "--no-store",
               *DEPTHS[depth], instance.address]
    scans[depth] = outcome = Scan(command)
    try:
        process = lab.start_tied(command, text=True, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        try:
            out, errors = process.communicate(timeout=SCAN_SECONDS)
        finally:
            lab.end(process)
        outcome.records = [json.loads(line) for line in out.splitlines()]
        outcome.problem = scan_problem(process.returncode, outcome.records, errors.strip())
    except (ValueError, OSError, lab.LabError, subprocess.TimeoutExpired) as error:
        outcome.problem = f"{type(error).__name__}: {error}"


def scan_problem(code, records, errors):
    if code not in EXIT_CODES:
        return f"exit code {code}: {errors}"
    if not records or records[-1].get("type") != "summary":
        return f"no summary as the last line: {errors}"
    return ""


def check_scan(result, depth, scan):
    if scan.problem:
        result.add(f"{depth}: scan", False, f"{' '.join(scan.command)}\n{scan.problem}")
        return
    for port in (lab.CLEAR_PORT, lab.TLS_PORT):
        record = scan.endpoint(port)
        if record is None:
            result.add(f"{depth} {port}: no record", False, " ".join(scan.command))
            continue
        wrong = complaints(result.variant, depth, port, record)
        said = f"{record.get('verdict')} ({record.get('reason')})"
        if depth == "standard" and port == lab.CLEAR_PORT:
            result.said = said
        result.add(f"{depth} {port}: {said}", not wrong, "\n".join([*wrong, json.dumps(record)]))


def complaints(variant, depth, port, record):
    """Why a record is wrong; empty if it is right."""
    if port == lab.TLS_PORT:
        expected = "refuses" if variant.tls_port else "no-service"
        reason = "tls-only" if variant.tls_port else "connection-refused"
        wrong = differing(record, "verdict", (expected,)) + differing(record, "reason", (reason,))
        if variant.tls_port:
            wrong += differing_product(record, variant.tls_product or variant.product)
        return wrong
    if not variant.serves_clear:
        return differing(record, "verdict", ("no-service",))
    if depth != "standard":
        # Without a credential much cannot be known; what is said must still be right.
        return differing(record, "verdict", (variant.verdict, "undetermined", *variant.hint))
    return standard_complaints(variant, record)


def standard_complaints(variant, record):
    wrong = differing(record, "verdict", (variant.verdict,))
    wrong += differing(record, "reason", variant.reasons)
    wrong += differing(record, "stls", (variant.stls,) if variant.stls else ())
    wrong += differing(record, "vantage", (variant.vantage,) if variant.vantage else ())
    wrong += differing_product(record, variant.product)
    found = {finding.get("rule") for finding in record.get("findings", ())}
    return wrong + [f"finding {rule} is missing" for rule in variant.findings if rule not in found]


def differing(record, name, allowed):
    value = record.get(name)
    return [] if not allowed or value in allowed else [
        f"{name}: {value!r}, right is {' or '.join(map(repr, allowed))}"]


def differing_product(record, expected):
    # "" = no server can be named there: the words seen are nobody's.
    name = (record.get("product") or {}).get("name") or ""
    return [] if name == expected else [f"product: {name!r}, right is {expected!r}"]


# ---- the table

def print_table(results, with_popseal):
    heads = ["variant", "truth"] + ["popseal"] * with_popseal + list(CAPABILITY_CHECKS)
    rows = [row(result, with_popseal) for result in results if result.truth]
    widths = [max(len(line[i]) for line in [heads, *rows]) for i in range(len(heads))]
    for line in [heads, ["-" * width for width in widths], *rows]:
        print("# " + " | ".join(word.ljust(width) for word, width in zip(line, widths)).rstrip())
    print_score(results, with_popseal)


def row(result, with_popseal):
    said = [result.said or "-"] * with_popseal
    guesses = ["-"] * len(CAPABILITY_CHECKS)
    if result.truth.clear:
        by_name = result.truth.capability_checks()
        guesses = [mark(by_name[name], right_verdict(result)) for name in CAPABILITY_CHECKS]
    return [result.variant.title, right_verdict(result), *said, *guesses]


def right_verdict(result):
    """What is so: measured where a login can work, declared where none can."""
    return result.truth.verdict if result.variant.login_works else result.variant.verdict


def mark(guess, right):
    return guess if guess == right else f"{guess} (wrong)"


def print_score(results, with_popseal):
    """How many clear ports each got right, of those where a login settles what is right."""
    settled = [result for result in results
               if result.truth and result.truth.clear and result.variant.login_works]
    right = collections.Counter()
    for result in settled:
        for name, guess in result.truth.capability_checks().items():
            right[name] += guess == right_verdict(result)
        right["popseal"] += result.said.split(" ")[0] == result.variant.verdict
    names = ["popseal"] * with_popseal + list(CAPABILITY_CHECKS)
    print("# right: " + ", ".join(f"{name} {right[name]} of {len(settled)}" for name in names))
