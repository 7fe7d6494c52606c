#!/usr/bin/python3
"""Does what docs/tutorial.md tells a reader to do, in a folder of its own, and holds what is printed against what the page
says. usage: test_tutorial.py PROGRAM [--write]    (--write puts what is printed into the page)

In a block ```console, "$ " begins a command and what follows is printed by it; a line "..." stands for any lines. A block after
<!-- file: NAME --> is saved as that file.
"""

import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
PAGE = os.path.join(TOP, "docs", "tutorial.md")
BLOCK = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(console)?\n(.*?)```\n", re.S)
LONG = 14  # lines that are shown whole


def prepare(folder, program):
    for name in ("build", "results"):
        os.mkdir(os.path.join(folder, name))
    os.symlink(program, os.path.join(folder, "build", "counterpart"))
    os.symlink(os.path.join(TOP, "scripts"), os.path.join(folder, "scripts"))
    os.mkdir(os.path.join(folder, "scenarios"))
    for name in os.listdir(os.path.join(TOP, "scenarios")):
        os.symlink(os.path.join(TOP, "scenarios", name), os.path.join(folder, "scenarios", name))


def printed(command, folder):
    done = subprocess.run(["bash", "-c", command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"})
    return done.stdout


def agrees(shown, out):
    """Whether the output is what the page shows, with "..." for any lines."""
    pattern = "".join(r"(?:.*\n)*" if line == "...\n" else re.escape(line) for line in shown.splitlines(keepends=True))
    return re.fullmatch(pattern, out) is not None


def shortened(out):
    lines = out.splitlines(keepends=True)
    return out if len(lines) <= LONG else "".join(lines[:6]) + "...\n"


def commands_of(text):
    return [(part.partition("\n")[0], part.partition("\n")[2]) for part in re.split(r"^\$ ", text, flags=re.M)[1:]]


def follow(page, folder, write):
    """The page as it should be, and what is wrong with it."""
    wrong, new, at, commands = [], "", 0, 0
    for block in BLOCK.finditer(page):
        name, console, text = block.groups()
        new, at = new + page[at:block.start(3)], block.end(3)
        if name:
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        for command, shown in commands_of(text) if console else []:
            commands += 1
            out = printed(command, folder)
            if not agrees(shown, out):
                wrong.append(f"$ {command}\n--- the page says\n{shown}--- it prints\n{out}")
            kept = shown if agrees(shown, out) and shown else shortened(out)
            text = text.replace(f"$ {command}\n{shown}", f"$ {command}\n{kept}", 1)
        new += text
    if commands < 10:
        wrong.append(f"only {commands} commands were found")
    return new + page[at:], wrong


def main():
    program, write = os.path.abspath(sys.argv[1]), "--write" in sys.argv
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder, program)
        new, wrong = follow(page, folder, write)
    if write:
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(new)
        return 0
    print("\n".join(wrong) or "docs/tutorial.md is as it says")
    if wrong:
        print("stale? test_tutorial.py PROGRAM --write puts what is printed into the page")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
