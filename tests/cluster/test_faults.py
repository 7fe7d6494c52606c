"""A sweep that is killed before each of its writes, syncs and renames in turn, whose disk is full from each of them on,
that is killed at random times, that may not write, and that shares a file system without locks: every shard that is to be seen is whole, the same command goes on, and the merged
file is that of an undisturbed sweep. usage: test_faults.py PROGRAM SOURCE_FOLDER FAULT_LIBRARY"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAM, SOURCE, FAULT = (os.path.abspath(path) for path in sys.argv[1:4])
RANDOM_KILLS = int(os.environ.get("RANDOM_KILLS", "40"))
MOST_DEEDS = 500


def run(*arguments, **environment):
    return subprocess.run([PROGRAM, *arguments], env={**os.environ, **environment}, capture_output=True, text=True,
                          timeout=120)


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.work = tempfile.mkdtemp()
        for name in ("designs", "queues"):
            shutil.copytree(os.path.join(SOURCE, "scenarios", name), os.path.join(cls.work, name))
        cls.design = os.path.join(cls.work, "designs", "small.cfg")
        with open(cls.design, encoding="utf-8") as file:
            text = file.read()
        with open(cls.design, "w", encoding="utf-8") as file:  # 8 shards of 3 tasks
            file.write(text.replace('task_time = "100 ms"', 'task_time = "3 s"').replace("points = 250", "points = 12")
                       .replace("replications = 4", "replications = 2"))
        cls.whole = cls.sweep(cls, "whole")
        assert cls.whole.returncode == 0, cls.whole.stderr
        cls.due = cls.merged(cls, "whole")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.work)

    def path(self, name):
        return os.path.join(self.work, name)

    def sweep(self, name, *arguments, **environment):
        return run("sweep", self.design, "-o", os.path.join(self.work, name), "-j", "1", *arguments, **environment)

    def merged(self, name):
        done = run("merge", os.path.join(self.work, name), "-o", os.path.join(self.work, name + ".h5"))
        assert done.returncode == 0, done.stderr
        with open(os.path.join(self.work, name + ".h5"), "rb") as file:
            return file.read()

    def shards_are_whole(self, name):
        """Every file of the sweep has the bytes of the undisturbed one: plan, shards, manifest."""
        for file in os.listdir(self.path(name)) if os.path.isdir(self.path(name)) else []:
            if not file.endswith((".h5", ".sha256")):
                continue
            with open(os.path.join(self.path(name), file), "rb") as mine, \
                    open(os.path.join(self.path("whole"), file), "rb") as due:
                self.assertEqual(mine.read(), due.read(), file)

    def count(self, name, end):
        """So many files of shards are there with such an end."""
        folder = self.path(name)
        return sum(file.startswith("shard") and file.endswith(end) for file in os.listdir(folder)
                   ) if os.path.isdir(folder) else 0

    def goes_on(self, name):
        self.shards_are_whole(name)
        again = self.sweep(name)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.merged(name), self.due)
        self.assertEqual([file for file in os.listdir(self.path(name)) if file.startswith("shard") and
                          file.endswith(".partial")], [])
        shutil.rmtree(self.path(name))

    def every_deed(self, how, codes):
        for at in range(1, MOST_DEEDS):
            name = f"{how}{at}"
            shutil.rmtree(self.path(name), ignore_errors=True)
            done = self.sweep(name, LD_PRELOAD=FAULT, FAULT_AT=str(at), FAULT_HOW=how)
            if done.returncode == 0:
                self.assertGreater(at, 8 * 3, "a write, a sync and a rename for each of 8 shards")
                shutil.rmtree(self.path(name))
                print(f"{how}: each of {at - 1} deeds")
                return
            self.assertIn(done.returncode, codes, f"{how} at {at}: {done.stderr}")
            if how == "full":
                self.assertIn("counterpart: ", done.stderr)
            self.goes_on(name)
        self.fail("the sweep never came to its end")

    def test_killed_before_every_deed(self):
        self.every_deed("kill", {-9})

    def test_disk_full_from_every_deed_on(self):
        self.every_deed("full", {1})

    def test_a_folder_that_cannot_be_written(self):
        readonly = {"LD_PRELOAD": FAULT, "FAULT_HOW": "readonly"}
        for name in ("nothing", "whole"):
            done = self.sweep(name, **readonly)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{name}", done.stderr)
            self.assertIn("Read-only file system", done.stderr)
        self.assertFalse(os.path.exists(self.path("nothing")))
        self.assertEqual(self.merged("whole"), self.due)
        self.assertEqual(run("status", self.path("whole"), **readonly).returncode, 0)

    def test_two_at_once_without_locks(self):
        """They make shards twice at worst; neither takes away what the other is at."""
        os.mkdir(self.path("both"))
        fresh, old = (self.path(f"both/shard-00000{i}.h5.1-0.partial") for i in (1, 2))
        for name in (fresh, old):
            with open(name, "w", encoding="ascii"):
                pass
        os.utime(old, (1, 1))
        environment = {**os.environ, "LD_PRELOAD": FAULT, "FAULT_HOW": "nolocks"}
        both = [subprocess.Popen([PROGRAM, "sweep", self.design, "-o", self.path("both"), "-j", "1"], env=environment,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for process in both:
            _, complaint = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, complaint)
        self.assertTrue(os.path.exists(fresh))
        self.assertFalse(os.path.exists(old))
        self.goes_on("both")

    def test_killed_at_random_times(self):
        luck = random.Random(1)
        name = "random"
        began = time.monotonic()
        self.sweep("timed", "-j", "2")
        seconds = time.monotonic() - began
        kills = before = most_partials = 0
        while kills < RANDOM_KILLS:
            process = subprocess.Popen([PROGRAM, "sweep", self.design, "-o", self.path(name), "-j", "2"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(luck.uniform(0, seconds))
                shutil.rmtree(self.path(name))  # it was done: once more from the beginning
                before = 0
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                self.shards_are_whole(name)
                shards, partials = self.count(name, ".h5"), self.count(name, ".partial")
                self.assertGreaterEqual(shards, before, "a kill takes away what was whole")
                self.assertLessEqual(partials, 2, "no more than two shards were in work")
                before, most_partials = shards, max(partials, most_partials)
        if not os.path.isdir(self.path(name)):
            os.mkdir(self.path(name))
        self.goes_on(name)
        print(f"random kills: {kills}, half-written shards that one of them left, at most: {most_partials}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
