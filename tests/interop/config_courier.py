#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold the values that popseal reads from shell files against what a shell makes of them.

usage: config_courier.py [--files N] [--seed N]

Files are generated from pieces of shell, those that popseal follows and those that it must not;
each is sourced by dash in an empty environment. What popseal tells must be what dash has; what it
cannot tell is not compared, but most must be told. Prints TAP, and each file that differs.

Environment: POPSEAL_CONFIG_VALUES, the program that prints popseal's values.
"""
import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

NAMES = ["PORT", "POP3_TLS_REQUIRED", "POP3_STARTTLS", "A", "B", "TLS_CERTFILE"]
WORDS = ["0", "1", "YES", "", "no", "110,127.0.0.1.111", "TLSv1.2++", "/etc/x.pem", "a b", "#x",
         "x#y", "a'b", 'a"b', "$", "a\\b", "*", "~", "a;b", "A=B", "\u00e9", "a:~", "{a,b}", "!"]
PROGRAM = os.environ.get("POPSEAL_CONFIG_VALUES", "")


def single(text):
    return "'" + text.replace("'", "'\\''") + "'"


def double(text):
    return '"' + "".join("\\" + c if c in '$`"\\' else c for c in text) + '"'


def escaped(text):
    return "".join("\\" + c if not c.isalnum() else c for c in text)


def word(rng):
    """A word in one of the forms of the language; some are none that popseal tells."""
    text = rng.choice(WORDS)
    name = rng.choice(NAMES)
    forms = [single(text), double(text), escaped(text), rng.choice("01") + rng.choice("01YN"),
             f"${name}", f'"${name}"', f'"${{{name}}}x"', single(text) + double(text) + "z",
             f"a${name}b", '"a\\\nb"', "a\\\nb", '"a\nb"', "'a\nb'", '"\\x\\$"', "x#y"]
    odd = ["$(echo 1)", "`echo 1`", f"${{{name}:-1}}", f"${{{name}:=2}}", "$((1+1))", "~",
           '"$(echo 2)"', "$?", "$$", "a:~/b", "$1", f"${{#{name}}}", "$'x'", '"$"', "$(echo '1')"]
    return rng.choice(odd if rng.random() < 0.05 else forms)


def assignment(rng):
    return f"{rng.choice(NAMES)}={word(rng)}"


def odd_command(rng):
    """Commands that may set something, or look as if they did."""
    name, other = rng.choice(NAMES), rng.choice(NAMES)
    return rng.choice([
        f"if [ -n \"${name}\" ]; then {other}=3; fi", f"if false\nthen {name}=4\nelse\n{other}=5\nfi",
        f"case \"${name}\" in\n1|0) {other}=6 ;;\n*) {name}=7 ;;\nesac",
        f"for {name} in x y; do {other}=${name}; done", f"test -n \"${name}\" && {other}=8",
        f"( {name}=9 )", f"{{ {name}=10; }}", f"f() {{ {name}=11; }}\nf", f"f() {{ {name}=12; }}",
        f"eval {name}=13", f"{name}=14 true", f"unset {name}", f": ${{{name}:=15}}",
        f"cat <<X >/dev/null\n{name}=16\nX", f"echo {name}=17 >/dev/null", f"{name}=18 | cat",
        f"export {name}", f"export {name}={word(rng)} {other}=19", f"readonly {name}2=20",
        f"false || {name}=21", f"true; {name}=22", f"{name}=23 && {other}=24", "set -a", "umask 022",
        f"while false; do {name}=25; done", f"[ -f /nowhere ] && . /nowhere\n{name}=26",
        f"! {name}=27", f": $(({name}2=28))", f"command eval {name}=29", f"\\eval {name}=30",
        f"x=eval; $x {name}=31", f"read {name} </dev/null", f"{name}=32 >/dev/null",
        f"true &\n{name}=33", f"alias g='{name}=34'\ng 2>/dev/null", "return 0", "exit 0", "wait",
        f"# {name}=35 \\\n{name}=36", f"echo \"\n{name}=37\" >/dev/null", f"true \\\n{name}=38",
        f"{name}=39 \\\n{other}=40", f"if true; then\n{name}=41\nfi # end\n{other}=42",
        f"A2=\"$(case x in x) echo ;; esac\n{name}=43\n)\"", f"getopts x {name}", f"> /dev/null {name}=44",
        f"if true; then eval '{name}=45'; fi", f"e() {{ eval {name}=46; }}\nif true; then e; fi",
        f"true && {{\n{name}=47\n}}", f"trap '{name}=48' EXIT", f"export -p >/dev/null"])


def lines(rng, oddity):
    """Lines of a file, of which that share may be commands."""
    for _ in range(rng.randint(1, 9)):
        kind = rng.random()
        if kind < oddity:
            yield odd_command(rng)
        elif kind < 0.72:
            yield assignment(rng)
        elif kind < 0.79:
            yield "; ".join(assignment(rng) for _ in range(rng.randint(2, 3)))
        elif kind < 0.86:
            yield " ".join(assignment(rng) for _ in range(rng.randint(2, 3)))
        elif kind < 0.92:
            yield "export " + assignment(rng)
        else:
            yield rng.choice(["", "  ", "##NAME: X:0", "# A=1", "  # B='", ":", "\t"])


def write_file(rng, folder, number):
    """Writes a file, which may source another; returns its path."""
    path = folder / f"{number}"
    oddity = rng.choice([0, 0, 0.1, 0.3])
    text = list(lines(rng, oddity))
    if rng.random() < 0.1:
        other = folder / f"{number}-more"
        other.write_text("\n".join(lines(rng, oddity)) + "\n", encoding="utf-8")
        text.insert(rng.randint(0, len(text)), f". {other}")
    ends = "" if rng.random() < 0.1 else "\n"
    path.write_text("".join(rng.choice(["", "  ", "\t"]) + line + "\n" for line in text)[:-1] + ends,
                    encoding="utf-8")
    return path


EACH = 'for file in "$@"; do (. "$file"; printf DONE{values}) >"$file.out" 2>/dev/null; done'


def by_shell(paths):
    """What dash has after it sourced each file; None where it ended in an error."""
    values = "".join(f'; printf "%s\\0" "${{{name}+=}}${name}"' for name in NAMES)
    subprocess.run(["env", "-i", "dash", "-c", EACH.replace("{values}", values), "dash", *paths],
                   stdin=subprocess.DEVNULL, timeout=100, check=True)
    for path in paths:
        _, found, tail = pathlib.Path(f"{path}.out").read_bytes().rpartition(b"DONE")
        yield [value or b"-" for value in tail.split(b"\0")[:-1]] if found else None


def by_popseal(paths):
    done = subprocess.run([PROGRAM, "shell", "/", ",".join(NAMES), *paths], capture_output=True,
                          timeout=100, check=True)
    values = done.stdout.split(b"\0")[:-1]
    for at in range(0, len(values), len(NAMES)):
        yield values[at:at + len(NAMES)]


def compare(path, shell, popseal):
    """The text of a disagreement, or ''."""
    wrong = [f"{name}: dash {has!r}, popseal {tells!r}"
             for name, has, tells in zip(NAMES, shell, popseal) if tells not in (b"?", has)]
    return "\n".join(wrong + [path.read_text(encoding="utf-8")]) if wrong else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--seed", type=int, default=4)
    options = parser.parse_args()
    if not shutil.which("dash") or not os.access(PROGRAM, os.X_OK):
        print("1..0 # SKIP needs dash and POPSEAL_CONFIG_VALUES")
        return 0
    rng = random.Random(options.seed)
    told = compared = 0
    wrong = []
    with tempfile.TemporaryDirectory(prefix="popseal-shell-") as folder:
        paths = [write_file(rng, pathlib.Path(folder), number) for number in range(options.files)]
        for path, shell, popseal in zip(paths, by_shell(paths), by_popseal(paths), strict=True):
            if shell is not None:
                compared += 1
                told += len(NAMES) - popseal.count(b"?")
                wrong.append(compare(path, shell, popseal))
    wrong = [text for text in wrong if text]
    values = compared * len(NAMES)
    print("1..3")
    for text in wrong[:5]:
        print("# " + text.replace("\n", "\n# "))
    print(f"{'not ok' if wrong else 'ok'} 1 - dash and popseal agree on {compared} files"
          f" ({len(wrong)} differ)")
    enough = compared >= options.files * 0.7
    print(f"{'ok' if enough else 'not ok'} 2 - dash reads most of {options.files} files")
    share = told / max(values, 1)
    print(f"{'ok' if share > 0.5 else 'not ok'} 3 - popseal tells {told} of {values} values")
    return 1 if wrong or not enough or share <= 0.5 else 0


if __name__ == "__main__":
    sys.exit(main())
