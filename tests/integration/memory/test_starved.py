"""Lets every allocation of the program fail in turn: it must say so and end in order.

usage: test_starved.py PROGRAM SOURCE_FOLDER MOST COMMAND

PROGRAM is linked with starve.c. For COMMAND, call number N fails, alone or with all after it, for every N if there
are at most MOST calls, for MOST of them spread evenly otherwise. Each time the program must end with 1 or 2 and a
message (or be as good as ever), leave no file in part, and, where it is built with the address sanitizer, nothing
allocated.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LEAK = 99  # exit code of the sanitizers

program, source, most, command = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
here = Path(__file__).resolve().parent
scenario = str(here / "small.cfg")
base = os.environ | {
    "LC_ALL": "C.UTF-8",
    "ASAN_OPTIONS": f"exitcode={LEAK}:allocator_may_return_null=1",
    "LSAN_OPTIONS": f"exitcode={LEAK}:print_suppressions=0:suppressions={here / 'leaks_of_libraries'}",
    "UBSAN_OPTIONS": f"exitcode={LEAK}:print_stacktrace=1",
}


def run(folder, arguments, at=0, on=0):
    """The program's end, its words, how often it allocated, and the files it left."""
    count = folder / ".count"
    count.unlink(missing_ok=True)
    before = set(folder.iterdir())
    extra = {"STARVE_AT": str(at), "STARVE_ON": str(on), "STARVE_COUNT": str(count)}
    done = subprocess.run([program, *arguments], cwd=folder, env=base | extra, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=120)
    calls = int(count.read_text()) if count.exists() else -1
    count.unlink(missing_ok=True)
    left = {}
    for path in set(folder.iterdir()) - before:
        if path.is_dir():
            left |= {f"{path.name}/{file.name}": file.read_bytes() for file in path.iterdir()}
            shutil.rmtree(path)
            continue
        left[path.name] = path.read_bytes()
        path.unlink()
    return done, calls, left


def chosen(calls):
    if calls <= most:
        return range(1, calls + 1)
    return sorted({1 + round(i * (calls - 1) / (most - 1)) for i in range(most)})


def is_whole(name, left, good_left):
    """A result that was complete before memory ran out may stay; run.json tells of times that differ."""
    if name.endswith(".run.json"):
        return isinstance(json.loads(left[name]), dict)
    return left[name] == good_left.get(name)


def problems(done, left, good, good_left):
    if done.returncode < 0:
        yield f"killed by signal {-done.returncode}"
    elif done.returncode == LEAK:
        yield "the sanitizers complain"
    elif done.returncode == 0:
        # The program may do without, and then everything is as it should be.
        if done.stdout != good.stdout or done.stderr.strip():
            yield "ended with 0 and other words"
        if set(left) != set(good_left):
            yield "ended with 0 and other files"
    elif done.returncode not in (1, 2):
        yield f"ended with {done.returncode}"
    elif not done.stderr.strip():
        yield "said nothing"
    for name in left:
        if not is_whole(name, left, good_left):
            yield f"left {name} in part"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = {
            "check": ["check", scenario],
            "run": ["run", scenario, "-o", "out.h5", "-j", "1"],
            "trace": ["run", scenario, "-o", "out.h5", "-j", "1", "--trace", "trace.csv"],
            "save": ["run", scenario, "-o", "out.h5", "-j", "1", "--save-state", "out.state", "--at", "2020-02-20"],
            "go_on": ["run", scenario, "-o", "out.h5", "-j", "1", "--from-state", "a.state"],
            "show": ["show", "a.h5"],
            "show_json": ["show", "a.h5", "--json"],
            "sensitivity": ["sensitivity", "d.cfg", "-o", "out.h5", "-j", "1", "--json"],
            "tornado": ["sensitivity", "d.cfg", "--kind", "one_at_a_time", "-j", "1"],
            "sweep": ["sweep", "d.cfg", "-o", "out.sweep", "-j", "1"],
            "merge": ["merge", "a.sweep", "-o", "out.h5"],
            "patients": ["compare", scenario, "b.cfg", "--patients", "--worth", "-o", "out.h5", "-r", "2", "-j", "1"],
            "show_patients": ["show", "a.h5"],
            "select": ["select", scenario, "b.cfg", "--metric", "treated", "--indifference", "1e6", "-o", "out.h5", "-r", "10",
                       "-j", "1"],
            "show_select": ["show", "a.h5", "--json"],
            "compare": ["compare", scenario, "b.cfg", "-o", "out.h5", "-r", "2", "-j", "1"],
        }
        (folder / "b.cfg").write_text(f'base = "{scenario}";\nchange: ( {{ path = "policies.stint.active"; value = false; }} );\n')
        (folder / "d.cfg").write_text(
            'kind = "sobol_indices"; points = 2; replications = 1; task_time = "5 s"; metrics = ["treated", "daly"];\n'
            f'scenarios: ( {{ id = "visit"; file = "{scenario}"; }}, {{ id = "none"; file = "b.cfg"; }} );\n'
            'factors: ( { id = "beds"; path = "facilities.top.beds.bed"; prior: { dist = "gamma"; shape = 4; scale = 1; };\n'
            '             whole = true; } );\n')
        if command == "merge":
            made = subprocess.run([program, "sweep", "d.cfg", "-o", "a.sweep"], cwd=folder, env=base, capture_output=True, text=True)
            assert made.returncode == 0, made.stderr
        made_by = {"show_patients": [*commands["patients"]], "show_select": [*commands["select"]]}.get(command)
        if made_by is not None:
            made = subprocess.run([program, *("a.h5" if word == "out.h5" else word for word in made_by)], cwd=folder, env=base,
                                  capture_output=True, text=True)
            assert made.returncode == 0, made.stderr
        elif command.startswith("show") or command == "go_on":
            made = subprocess.run([program, "run", scenario, "-o", "a.h5", "--save-state", "a.state", "--at", "2020-02-20"], cwd=folder, env=base, capture_output=True, text=True)
            assert made.returncode == 0, made.stderr
        arguments = commands[command]
        good, calls, good_left = run(folder, arguments)
        assert good.returncode == 0, f"{command} fails by itself: {good.returncode}\n{good.stderr}"
        failed = 0
        for on in (0, 1):
            for at in chosen(calls):
                done, _, left = run(folder, arguments, at, on)
                for problem in problems(done, left, good, good_left):
                    failed += 1
                    if failed <= 10:
                        print(f"{command}, call {at} of {calls}{' and all after it' if on else ''}: {problem}\n{done.stderr[-1500:]}")
        print(f"{command}: {len(list(chosen(calls)))} of {calls} calls failed, once alone and once with all after them; "
              f"{failed} problems")
        return 1 if failed else 0


sys.exit(main())
