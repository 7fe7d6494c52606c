"""What README.md and results/README.md tell people to type works as printed. usage: test_readme.py PROGRAM SOURCE_FOLDER"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])


def readme_blocks():
    """The indented blocks, without their indentation."""
    with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
        text = file.read()
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M)
    return ["".join(line[4:] or "\n" for line in block.splitlines(keepends=True)).strip("\n") for block in found]


BLOCKS = readme_blocks()


def block(start):
    """The block, or the part of one after an empty line, that starts so."""
    parts = [part for text in BLOCKS for part in re.split(r"\n\n+", text) if part.startswith(start)]
    assert len(parts) == 1, f"{len(parts)} blocks of README.md start with {start!r}"
    return parts[0]


class Readme(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(os.path.join(SOURCE, "scenarios"), os.path.join(self.folder, "scenarios"))

    def call(self, *arguments):
        return subprocess.run(arguments, cwd=self.folder, capture_output=True, text=True, check=False)

    def counterpart(self, *arguments):
        done = self.call(PROGRAM, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def write(self, name, text):
        with open(os.path.join(self.folder, "scenarios", name), "w", encoding="utf-8") as file:
            file.write(text)

    def read(self, name):
        with open(os.path.join(self.folder, "scenarios", name), encoding="utf-8") as file:
            return file.read()

    def test_the_policy_stands_for_the_one_in_the_scenario(self):
        scenario = self.read("horqin_stroke_stint.cfg")
        policies = re.compile(r"^policies: \(.*?^\);", re.M | re.S)
        self.assertEqual(len(policies.findall(scenario)), 1)
        self.write("printed.cfg", policies.sub(lambda _: block("policies: ("), scenario))
        kept = self.counterpart("check", "scenarios/horqin_stroke_stint.cfg", "--targets", "-r", "2")
        printed = self.counterpart("check", "scenarios/printed.cfg", "--targets", "-r", "2")
        self.assertEqual(printed.replace("printed.cfg", "horqin_stroke_stint.cfg"), kept)

    def test_the_policy_has_ten_lines(self):
        self.assertEqual(len(block("policies: (").splitlines()), 10)

    def test_the_variant_and_the_option_do_the_same(self):
        self.write("longer.cfg", block("base = "))
        command = block("build/counterpart run").split()
        option = re.search(r'--set "([^"]+)"', " ".join(command))[1]
        self.counterpart("run", "scenarios/horqin_stroke_stint.cfg", "--set", option, "-r", "2", "-o", "option.h5")
        self.counterpart("run", "scenarios/longer.cfg", "-r", "2", "-o", "variant.h5")
        self.counterpart("run", "scenarios/horqin_stroke_stint.cfg", "-r", "2", "-o", "plain.h5")
        shown = [self.counterpart("show", file, "--csv", "--all") for file in ("option.h5", "variant.h5", "plain.h5")]
        self.assertEqual(shown[0], shown[1])
        self.assertNotEqual(shown[0], shown[2])

    def test_the_python_lines_read_a_result(self):
        os.mkdir(os.path.join(self.folder, "results"))
        self.counterpart("run", "scenarios/horqin_stroke_stint.cfg", "-r", "2")
        os.symlink(os.path.join(SOURCE, "scripts"), os.path.join(self.folder, "scripts"))
        lines = block("import sys; sys.path")
        self.assertEqual(len(lines.splitlines()), 3)
        done = self.call(sys.executable, "-c", f"import matplotlib\nmatplotlib.use('Agg')\n{lines}\n"
                         "series = results.open('results/horqin_stroke_stint.h5').series('procedures', facility='banner')\n"
                         "print(series['mean'].sum())")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(float(done.stdout), 100)

    def test_the_python_example_of_the_results_runs(self):
        os.mkdir(os.path.join(self.folder, "results"))
        for name in ("horqin_no_stint", "horqin_stroke_stint"):
            self.counterpart("run", f"scenarios/{name}.cfg", "-r", "2")
        with open(os.path.join(SOURCE, "results", "README.md"), encoding="utf-8") as file:
            example = re.search(r"```python\n(.*?)```", file.read(), re.S)[1]
        done = subprocess.run([sys.executable, "-c", example], cwd=self.folder, capture_output=True, text=True,
                              check=False, env={**os.environ, "MPLBACKEND": "Agg"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("stenosis", done.stdout)

    def test_the_commands_and_files_exist(self):
        commands = set(re.findall(r"build/counterpart (\w+)", "\n".join(BLOCKS)))
        self.assertLessEqual({"check", "run", "compare", "sensitivity", "sweep", "show", "describe", "keys"}, commands)
        for command in sorted(commands):
            self.assertEqual(self.call(PROGRAM, command, "--help").returncode, 0)
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as file:
            text = file.read()
        paths = re.findall(r"\]\(([\w./-]+)\)", text) + re.findall(r"\bscripts/[\w.-]+\w", text)
        self.assertGreater(len(paths), 8)
        for path in paths:
            self.assertTrue(os.path.exists(os.path.join(SOURCE, path)), path)

    def test_the_chinese_one_says_the_same(self):
        with open(os.path.join(SOURCE, "README.zh.md"), encoding="utf-8") as file:
            text = file.read()
        bare = [re.sub(r" *#.*", "", line) for line in block("policies: (").splitlines()]
        for line in bare:
            self.assertIn("    " + line, text)
        for command in set(re.findall(r"build/counterpart (\w+)", text)):
            self.assertEqual(self.call(PROGRAM, command, "--help").returncode, 0)
        for path in re.findall(r"\]\(([\w./-]+)\)", text) + re.findall(r"\bscripts/[\w.-]+\w", text):
            self.assertTrue(os.path.exists(os.path.join(SOURCE, path)), path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
