"""What scripts/gallery calls stale."""

import importlib.machinery
import importlib.util
import os
import shutil
import sys
import tempfile
import unittest

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
sys.dont_write_bytecode = True


def load_script():
    loader = importlib.machinery.SourceFileLoader("gallery", os.path.join(TOP, "scripts", "gallery"))
    script = importlib.util.module_from_spec(importlib.util.spec_from_loader("gallery", loader))
    loader.exec_module(script)
    return script


class Marks(unittest.TestCase):
    def mark(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                with open(os.path.join(folder, name + ".cfg"), "w", encoding="utf-8") as file:
                    file.write(text)
            return load_script().settings_of(os.path.join(folder, "main.cfg"))

    def test_numbers_count_and_comments_do_not(self):
        first = self.mark(main='@include "part.cfg"\n# one\nbeds = 3;  # two\n', part="x = 1;\n")
        self.assertEqual(first, self.mark(main='# other\n@include "part.cfg"\nbeds  = 3;\n', part="x = 1; # three\n"))
        self.assertNotEqual(first, self.mark(main='@include "part.cfg"\nbeds = 4;\n', part="x = 1;\n"))
        self.assertNotEqual(first, self.mark(main='@include "part.cfg"\nbeds = 3;\n', part="x = 2;\n"))

    def test_variants_have_their_base(self):
        self.assertNotEqual(self.mark(main='base = "part.cfg";', part="x = 1;"), self.mark(main='base = "part.cfg";', part="x = 2;"))


class Page(unittest.TestCase):
    def setUp(self):
        self.script = load_script()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        pictures = os.path.join(self.folder.name, "gallery")
        shutil.copytree(self.script.FOLDER, pictures)
        self.script.FOLDER = pictures

    def test_the_page_agrees(self):
        self.assertEqual(list(self.script.complaints()), [])

    def test_changed_missing_and_left_pictures_are_told(self):
        first = sorted(os.listdir(self.script.FOLDER))[0]
        with open(os.path.join(self.script.FOLDER, first), "ab") as file:
            file.write(b"x" * 100_001)
        with open(os.path.join(self.script.FOLDER, "left.png"), "wb"):
            pass
        text = "\n".join(self.script.complaints())
        self.assertRegex(text, first + " is not the one")
        self.assertRegex(text, first + " has .* bytes")
        self.assertRegex(text, "left.png is on no page")

    def test_every_scenario_with_a_page_is_shown(self):
        pages = {name[:-3] for name in os.listdir(os.path.join(TOP, "docs", "scenarios")) if name.endswith(".py")}
        self.assertLessEqual({name for name, _, _ in self.script.SCENARIOS}, pages)
        self.assertGreaterEqual(len(self.script.SCENARIOS), 9)


if __name__ == "__main__":
    unittest.main()
