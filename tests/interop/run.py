#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold popseal's verdicts against the measured truth of Debian's real POP3 servers.

usage: run.py [--list | --truth | --dialogue] [--jobs N] [NAME ...]

NAME is a server or server/variant. Prints TAP, then a table of truth, verdict
and what checks of the capability list alone would have said. Exit 1 if a check
failed; where no lab can run, everything is skipped and the exit is 0, or 1 if
POPSEAL_INTEROP_REQUIRED is set.

Environment: POPSEAL (default build/popseal), POPSEAL_LAB (default build/lab),
POPSEAL_INTEROP_ONLY (comma list of names), POPSEAL_INTEROP_REQUIRED.
"""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import checks  # noqa: E402
import dialogue  # noqa: E402
import lab  # noqa: E402
import servers  # noqa: E402
import truth  # noqa: E402

LAB_SECONDS = 900


def main():
    options = parse_options()
    variants = chosen(options.names)
    if options.list:
        print(*(variant.title for variant in variants), sep="\n")
        return 0
    reason = lab.unusable() or unpacked()
    if reason:
        return skip_all(variants, reason)
    lab.install_cleanup()
    lab.sweep()
    if options.dialogue:
        return show_dialogues(variants)
    popseal = None if options.truth else find_popseal()
    if not options.truth and not popseal:
        if "POPSEAL" in os.environ:
            sys.exit(f"run.py: cannot run {os.environ['POPSEAL']}")
        return skip_all(variants, "popseal is not built")
    return run_all(variants, popseal, options.jobs)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print the variants' names")
    parser.add_argument("--truth", action="store_true", help="measure only; popseal is not asked")
    parser.add_argument("--dialogue", action="store_true", help="print what the servers say")
    parser.add_argument("--jobs", type=int, default=3, help="variants at a time (default 3)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="server or server/variant")
    return parser.parse_args()


def chosen(names):
    only = os.environ.get("POPSEAL_INTEROP_ONLY", "")
    names = set(names) or {name.strip() for name in only.split(",") if name.strip()}
    everything = list(servers.all_variants())
    unknown = names - {v.title for v in everything} - {v.server for v in everything}
    if unknown:
        sys.exit(f"run.py: no such variant: {', '.join(sorted(unknown))} (--list lists them)")
    return [v for v in everything if not names or names & {v.title, v.server}]


def unpacked():
    """Make the lab's roots, which is quick when they are there; the reason if it fails."""
    try:
        done = subprocess.run([sys.executable, lab.REPO / "tools" / "lab"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=LAB_SECONDS)
    except subprocess.TimeoutExpired:
        return f"tools/lab took more than {LAB_SECONDS} s"
    last = done.stdout.strip().splitlines()[-1:] or ["no output"]
    return f"tools/lab failed: {last[0]}" if done.returncode else None


def find_popseal():
    path = pathlib.Path(os.environ.get("POPSEAL") or lab.REPO / "build" / "popseal")
    return str(path.resolve()) if os.access(path, os.X_OK) else None


def skip_all(variants, reason):
    for number, variant in enumerate(variants, 1):
        print(f"ok {number} - {variant.title} # skip {reason}")
    print(f"1..{len(variants)}")
    return 1 if os.environ.get("POPSEAL_INTEROP_REQUIRED") else 0


def show_dialogues(variants):
    for variant in variants:
        if variant.serves_clear:
            print(variant.title)
            with lab.running(variant) as instance:
                dialogue.show(instance)
    return 0


def run_all(variants, popseal, jobs):
    results = []
    number = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(jobs, 1)) as pool:
        pending = [pool.submit(run_one, variant, popseal) for variant in variants]
        for done in concurrent.futures.as_completed(pending):
            result = done.result()
            results.append(result)
            for check in result.checks:
                number += 1
                failed += not check.passed
                print(check.tap(number), flush=True)
    print(f"1..{number}")
    results.sort(key=lambda result: variants.index(result.variant))
    checks.print_table(results, with_popseal=popseal is not None)
    print(f"# {number - failed} passed, {failed} failed")
    return 1 if failed else 0


def run_one(variant, popseal):
    """One variant from start to stop. Whatever goes wrong is a failed check, never a crash."""
    result = checks.Result(variant)
    try:
        with lab.running(variant) as instance:
            result.truth = truth.measure(instance)
            sound = result.check_truth(instance)
            if sound and popseal:
                checks.ask_popseal(result, instance, popseal)
    except Exception:  # a lab that breaks must be reported like any other failure
        result.add("lab", False, traceback.format_exc())
    return result


if __name__ == "__main__":
    sys.exit(main())
