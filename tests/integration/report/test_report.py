#!/usr/bin/python3
"""Opens pages of scripts/report.py in headless Chromium. usage: test_report.py PROGRAM FOLDER-FOR-SCREENSHOTS"""

import base64
import csv
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

import numpy as np
import xarray as xr
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "..", "..", ".."))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, "scripts"))

import counterpart_results as results
import report

PROGRAM, SHOTS = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
FOLDER = tempfile.TemporaryDirectory()


def path(name):
    return os.path.join(FOLDER.name, name)


def run(name, scenario, *options):
    subprocess.run([PROGRAM, "run", os.path.join(TOP, "scenarios", scenario + ".cfg"), "-o", path(name), *options], check=True,
                   capture_output=True)


def page(name, *files, lang="en"):
    done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "scripts", "report.py"), *map(path, files), "-o", path(name),
                           "--lang", lang], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", path(name) + "\n"), done
    return path(name)


def national(name, shift, replications=3):
    """A file of the size of the country: 2,848 counties, 12 months, with the fields of 20 metrics."""
    draw = np.random.default_rng(20200401 + shift)
    counties, months = 2848, 12
    begins = np.array([f"2019-{m:02d}-01" for m in range(1, 13)], "datetime64[ns]")
    shape, dims = (replications, months, counties, 1), ("replication", "time", "place", "condition")
    fields = [*results.TREATED, "untreated", "patients", "deaths", "gave_up", "transfers", "consultations", "too_late",
              "turned_away", "daly", "waited", "travel_to_treatment", "patient_cost", "waiting_at_home", "complications"]
    data = {field: (dims, draw.poisson(40 - i + shift, shape)) for i, field in enumerate(fields)}
    data.update({"time_end": ("time", np.append(begins[1:], np.datetime64("2020-01-01"))),
                 "place_name": ("place", np.array([f"县{i}" for i in range(counties)], object)),
                 "place_name_en": ("place", np.array([f"County {i}" for i in range(counties)], object)),
                 "place_prefecture": ("place", np.array([f"P{i // 9}" for i in range(counties)], object)),
                 "place_province": ("place", np.array([f"Province {i // 92}" for i in range(counties)], object)),
                 "place_lon": ("place", draw.uniform(80, 125, counties)), "place_lat": ("place", draw.uniform(20, 50, counties)),
                 "place_population": ("place", draw.uniform(5e4, 2e6, counties)), "place_selected": ("place", np.ones(counties)),
                 "metric_value": (("replication", "metric"), draw.normal(100, 1, (replications, 1))),
                 "metric_unit": ("metric", np.array(["1"], object))})
    flows, hospitals = 12 * counties, 400  # a dozen hospitals a county
    data.update({"facility_name": ("facility", np.array([f"Hospital {i}" for i in range(hospitals)], object)),
                 "facility_place": ("facility", np.array([f"{i:06d}" for i in range(hospitals)], object)),
                 "facility_level": ("facility", np.array(["provincial"] * hospitals, object)),
                 "facility_origin": ("facility", np.array(["named in the scenario"] * hospitals, object)),
                 "facility_lon": ("facility", data["place_lon"][1][:hospitals]), "facility_lat": ("facility", data["place_lat"][1][:hospitals]),
                 "flow_place": ("flow", np.array([f"{i // 12:06d}" for i in range(flows)], object)),
                 "flow_facility": ("flow", np.array([f"h{i * 7919 % hospitals}" for i in range(flows)], object)),
                 "treated_at": (("replication", "time", "flow"), draw.poisson(3, (replications, months, flows)))})
    coords = {"time": begins, "place": np.array([f"{i:06d}" for i in range(counties)], object), "condition": ["ill"],
              "replication": np.arange(replications), "metric": ["treated"], "facility": [f"h{i}" for i in range(hospitals)]}
    attrs = {"title": f"A country {shift}", "start": "2019-01-01", "warmup_days": 0.0, "seed": "1", "version": "0",
             "policy_periods": '[{"name":"centres","from":"2019-06-01"}]'}
    xr.Dataset(data, coords, attrs).to_netcdf(path(name), engine="netcdf4")


def browser(dark=False, width=1200, height=1000):
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
                     "--disable-background-networking", "--disable-component-update", "--disable-sync",
                     "--force-prefers-reduced-motion",
                     f"--window-size={width},{height}", f"--user-data-dir={tempfile.mkdtemp(dir=FOLDER.name)}"):
        options.add_argument(argument)
    if dark:
        options.add_argument("--blink-settings=preferredColorScheme=0")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    if width < 500:  # than which no window is narrower
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True})
    return driver


def setUpModule():
    os.makedirs(SHOTS, exist_ok=True)
    run("with.h5", "horqin_stroke_stint", "-r", "4")
    run("without.h5", "horqin_no_stint", "-r", "4")
    run("queue.h5", "queues/mm1", "-r", "2")
    subprocess.run([PROGRAM, "compare", path("without.h5"), path("with.h5"), "-o", path("compared.h5")], check=True,
                   capture_output=True)
    scenarios = os.path.join(TOP, "scenarios")
    subprocess.run([PROGRAM, "compare", os.path.join(scenarios, "horqin_no_stint.cfg"), os.path.join(scenarios, "horqin_stroke_stint.cfg"),
                    "-r", "4", "--worth", "-o", path("worth.h5")], check=True, capture_output=True)
    for kind in ("one_at_a_time", "latin_hypercube", "sobol_indices"):
        with open(path(kind + ".json"), "wb") as file:
            subprocess.run([PROGRAM, "sensitivity", os.path.join(scenarios, "designs", "small.cfg"), "--kind", kind, "--points", "16",
                            "--json", "-o", path(kind + ".h5")], check=True, stdout=file, stderr=subprocess.DEVNULL)


def tearDownModule():
    FOLDER.cleanup()


class Page(unittest.TestCase):
    def setUp(self):
        self.driver = None

    def tearDown(self):
        if self.driver is not None:
            self.driver.quit()

    def open(self, file, **how):
        self.driver = self.driver or browser(**how)
        began = time.monotonic()
        self.driver.get("file://" + file)
        self.assertTrue(self.driver.execute_script("return document.documentElement.dataset.ready"), self.log())
        return time.monotonic() - began

    def log(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def canvas(self, key):
        return self.find("#map-canvas").get_attribute("data-" + key)

    def picture(self):
        return self.driver.execute_script("return document.getElementById('map-canvas').toDataURL()")

    def shoot(self, name):
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})
        with open(os.path.join(SHOTS, name + ".png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def test_comparison_in_english(self):
        self.open(page("en.html", "without.h5", "with.h5"))
        self.assertEqual([s.get_attribute("id") for s in self.all("section")],
                         ["headlines", "targets", "differences", "series", "map", "equity", "worth", "about"])
        with results.open(path("with.h5")) as world, results.open(path("without.h5")) as base:
            places = int(world.data["place_selected"].sum())
            treated = world.compare(base).set_index("metric").loc["treated"]
        self.assertEqual(int(self.canvas("dots")), places)
        self.assertEqual(self.canvas("centres"), "4")  # the rule's county hospitals are not drawn
        self.assertIn(f"{treated['difference']:.0f}", self.find(".card").text)
        self.assertEqual(len(self.all("#targets table")), 3)
        self.assertIn("fitted to the first kind", self.find("#targets").text)
        # A metric changes the map, the slider and the keys move it, flows show, differences are another scale.
        seen = {self.picture()}

        def changes(what):
            now = self.picture()
            self.assertNotIn(now, seen, what)
            seen.add(now)

        Select(self.find("#map-metric")).select_by_visible_text("mean travel to treatment, one way")
        self.assertEqual(self.canvas("metric"), "travel_to_treatment_mean")
        changes("metric")
        slider, step = self.find("#map-time"), int(self.canvas("step"))
        slider.send_keys(Keys.ARROW_LEFT)
        self.assertEqual(int(self.canvas("step")), step - 1)
        self.find("#map-canvas").send_keys(Keys.ARROW_LEFT)
        self.assertEqual(int(self.canvas("step")), step - 2)
        self.find("#map-canvas").send_keys(Keys.ARROW_DOWN)
        self.assertIn("people", self.find("#tip").text)
        changes("county")
        before = self.arcs("before the policy")
        changes("flows before")
        after = self.arcs("with the policy")
        changes("flows after")
        self.assertTrue(before >= 1 and after >= 1)
        Select(self.find("#map-world")).select_by_index(2)
        changes("difference")
        self.find("#map-animate").click()
        time.sleep(0.4)
        changes("moving flows")
        self.assertEqual(self.find("#map-animate").get_attribute("aria-pressed"), "true")
        self.find("#map-animate").click()
        self.find("#map-play").click()
        time.sleep(1.0)
        self.assertNotEqual(int(self.canvas("step")), step - 2)
        self.find("#map-play").click()
        self.find("#map-home").click()
        changes("only home")
        lines = self.all("#series path.curve")
        drawn = [line.get_attribute("d") for line in lines]
        Select(self.find("#series-metric")).select_by_index(0)
        self.assertNotEqual([line.get_attribute("d") for line in self.all("#series path.curve")], drawn)
        self.find("#about summary").click()
        self.assertIn("5.2 Random sampling", self.find("#about").text)
        self.assertEqual(self.log(), [])

    def arcs(self, text):
        Select(self.find("#map-flows")).select_by_visible_text(text)
        return int(self.canvas("arcs"))

    def test_flows_go_to_hospitals(self):
        data = report.content([path("without.h5"), path("with.h5")])
        flows, ids = data["atlas"]["flows"], data["atlas"]["places"]["id"]
        self.assertEqual((flows["periods"], flows["split"], flows["share"]), (["before", "after"], "2020-05-01", 1))
        with results.open(path("with.h5")) as world:
            names = dict(zip(world.facilities()["facility"], world.facilities()["name"]))
            stands = dict(zip(world.facilities()["facility"], world.facilities()["place"]))
            steps = [int((world.data["time"].values[report.after_warmup(world)] < np.datetime64("2020-05-01")).sum())]
            steps.append(len(report.after_warmup(world)) - steps[0])
            parts = [world.flows(until="2020-05-01"), world.flows(since="2020-05-01")]
        wanted = {}
        for period, part in enumerate(parts):
            for row in part[part["mean"] > 0].itertuples():
                if row.place in ids and stands[row.facility] != row.place:
                    wanted.setdefault((row.place, names[row.facility]), [0, 0])[period] = row.mean / steps[period]
        found = {(ids[arc["place"]], flows["ends"][arc["to"]]["name"]): arc["values"] for arc in flows["arcs"]}
        self.assertGreater(len(wanted), 4)
        for pair, values in wanted.items():
            np.testing.assert_allclose(found[pair][1], values, rtol=1e-4, err_msg=str(pair))
        for values in found.values():
            self.assertEqual(values[0][0], values[1][0])  # nothing differs before the policy

    def test_flows_go_to_provinces_where_the_file_tells_no_more(self):
        for name in ("without", "with"):
            with xr.open_dataset(path(name + ".h5"), engine="netcdf4", decode_timedelta=False) as data:
                data.drop_vars(["treated_at", "flow", "flow_place", "flow_facility"]).to_netcdf(path(name + "-provinces.h5"), engine="netcdf4")
        data = report.content([path("without-provinces.h5"), path("with-provinces.h5")])
        flows = data["atlas"]["flows"]
        self.assertEqual((flows["periods"], flows["split"]), (["before", "after"], "2020-05-01"))
        with results.open(path("with.h5")) as world:
            world.data.load()
            steps = report.after_warmup(world)
            mean = world.data["flow_treated"].mean("replication").values[steps]
            names = list(world.data["province"].values)
            homes = [str(name) for name in world.places()["province"]]
        before = world.data["time"].values[steps] < np.datetime64("2020-05-01")
        sums = np.zeros((len(names), len(names), 2))
        for arc in flows["arcs"]:
            home = homes[list(world.data["place"].values).index(data["atlas"]["places"]["id"][arc["place"]])]
            sums[names.index(home), names.index(arc["to"])] += arc["values"][1]
            self.assertEqual(arc["values"][0][0], arc["values"][1][0])  # nothing differs before the policy
        for i in range(len(names)):
            for j in range(len(names)):
                if i != j:
                    np.testing.assert_allclose(sums[i, j], [mean[before][:, i, j].mean(), mean[~before][:, i, j].mean()],
                                               rtol=1e-4, atol=1e-9)
        self.assertGreater(sums.sum(), 1)
        self.assertEqual(flows["share"], 1)

    def test_keyboard_reaches_every_control(self):
        self.open(page("keys.html", "without.h5", "with.h5"))
        body, seen = self.find("body"), []
        body.send_keys(Keys.TAB)
        for _ in range(60):
            active = self.driver.switch_to.active_element
            seen.append(active.get_attribute("id") or active.tag_name)
            active.send_keys(Keys.TAB)
        for wanted in ("theme", "series-metric", "map-metric", "map-world", "map-flows", "map-animate", "map-home", "map-play",
                       "map-time", "map-canvas", "summary"):
            self.assertIn(wanted, seen)

    def test_pictures_in_each_language_and_theme(self):
        colours = set()
        for lang, dark, width, words in (("en", False, 1200, "Headlines"), ("zh", False, 1200, "主要结果"), ("en", True, 1200, "Headlines"),
                                         ("zh", False, 390, "主要结果")):
            name = f"report-{lang}" + ("-dark" if dark else "") + ("-phone" if width < 600 else "")
            self.open(page(name + ".html", "without.h5", "with.h5", lang=lang), dark=dark, width=width)
            self.assertEqual(self.find("#headlines h2").text, words)
            self.assertEqual(self.find("html").get_attribute("data-theme"), "dark" if dark else "light")
            self.assertLessEqual(*self.driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]"))
            Select(self.find("#map-flows")).select_by_index(1)
            self.shoot(name)
            background = self.find("body").value_of_css_property("background-color")
            colours.add(background)
            self.find("#theme").click()
            self.assertNotEqual(self.find("body").value_of_css_property("background-color"), background)
            self.assertEqual(self.log(), [])
            self.driver.quit()
            self.driver = None
        self.assertEqual(len(colours), 2)

    def test_other_kinds_of_files(self):
        self.open(page("compared.html", "compared.h5"))
        self.assertEqual([s.get_attribute("id") for s in self.all("section")], ["headlines", "differences", "about"])
        self.assertEqual(self.log(), [])
        self.open(page("queue.html", "queue.h5"))
        self.assertIn("headlines", [s.get_attribute("id") for s in self.all("section")])
        self.open(page("one.html", "with.h5"))
        self.assertEqual([s.get_attribute("id") for s in self.all("section")],
                         ["headlines", "targets", "series", "map", "equity", "about"])
        self.assertEqual(self.log(), [])

    def test_studies_have_their_own_pictures(self):
        self.open(page("studies.html", "without.h5", "with.h5", "one_at_a_time.json", "one_at_a_time.h5", "sobol_indices.json",
                       "latin_hypercube.h5"))
        self.assertEqual([s.get_attribute("id") for s in self.all("section")][-2:], ["studies", "about"])
        kinds = [box.get_attribute("data-kind") for box in self.all(".study")]
        self.assertEqual(kinds, ["tornado", "tornado", "sobol", "response"])
        # What the program prints and what its file says are drawn alike.
        tables = [table.text for table in self.all(".study table")]
        self.assertEqual(tables[0], tables[1])
        self.assertIn("patients who come", tables[2])
        self.assertEqual(len(self.all(".study")[2].find_elements(By.CSS_SELECTOR, "rect")), 6)
        points = [dot.get_attribute("cx") for dot in self.all(".study circle.point")]
        self.assertEqual(len(points), 16)
        Select(self.find("#study-factor-3")).select_by_index(1)
        self.assertNotEqual([dot.get_attribute("cx") for dot in self.all(".study circle.point")], points)
        bars = [bar.get_attribute("width") for bar in self.all(".study rect")]
        Select(self.find("#study-metric-0")).select_by_index(1)
        self.assertNotEqual([bar.get_attribute("width") for bar in self.all(".study rect")], bars)
        self.assertEqual(self.log(), [])
        self.shoot("report-studies")
        self.open(page("study-zh.html", "latin_hypercube.h5", lang="zh"))  # a study alone
        self.assertEqual([s.get_attribute("id") for s in self.all("section")], ["studies", "about"])
        self.assertEqual(self.find("#studies h2").text, "哪些因素最重要")
        self.assertEqual(self.log(), [])

    def test_points_are_those_of_the_file(self):
        study = report.studies_of([path("latin_hypercube.h5")])[0]
        with xr.open_dataset(path("latin_hypercube.h5"), engine="netcdf4") as data:
            values = data["metric_value"]
            apart = (values[1] - values[0]).mean("replication").isel(metric=0).values
            np.testing.assert_allclose(study["responses"][0]["mean"], apart, rtol=1e-5)
            np.testing.assert_allclose(study["factors"][0]["values"], data["factor_value"][:, 0].values, rtol=1e-5)
        self.assertEqual((study["responses"][0]["base"], study["points"]), ("one", 16))

    def test_what_it_costs_is_that_of_the_comparison(self):
        data = report.content([path("worth.h5")])
        with xr.open_dataset(path("worth.h5"), engine="netcdf4") as file:
            np.testing.assert_allclose(data["worth"][0]["chance"], file["acceptability"].values[1], atol=1e-4)
            np.testing.assert_allclose(data["worth"][0]["cost"], file["worth_cost"].values[1], rtol=1e-5)
        self.open(page("worth.html", "worth.h5"))
        self.assertIn("chance of being worth it", self.find("#worth").text)
        self.assertEqual(len(self.all("#worth circle")), 4)
        self.assertEqual(self.log(), [])

    def test_paper_is_white_and_has_it_all(self):
        self.open(page("print.html", "without.h5", "with.h5"), dark=True)
        pdf = base64.b64decode(self.driver.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.69})["data"])
        with open(os.path.join(SHOTS, "report-print.pdf"), "wb") as file:
            file.write(pdf)
        self.assertGreater(pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page "), 4)
        self.assertEqual(self.find("html").get_attribute("data-theme"), "dark")  # as before
        # On paper nothing is wider than the paper, and the description is unfolded.
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 720, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_script("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.find("html").get_attribute("data-theme"), "light")
        self.assertIn("5.2 Random sampling", self.find("#about").text)
        self.assertLessEqual(self.driver.execute_script(
            "return Math.max(...Array.from(document.querySelectorAll('table'), (t) => t.getBoundingClientRect().right))"), 721)
        self.assertFalse(self.find("nav").is_displayed())
        self.assertEqual(self.log(), [])

    def test_a_country_is_small_and_quick(self):
        national("country0.h5", 0)
        national("country1.h5", 3)
        file = page("country.html", "country0.h5", "country1.h5")
        size = os.path.getsize(file) / 2**20
        self.assertLessEqual(size, 15)
        taken = min(self.open(file) for _ in range(3))
        self.assertEqual(self.canvas("dots"), "2848")
        self.assertGreaterEqual(len(self.all("#map-metric option")), 20)
        draw = self.driver.execute_script("""const slider = document.getElementById('map-time'), began = performance.now();
            for (let i = 0; i < 10; i++) { slider.value = i; slider.dispatchEvent(new Event('input')); }
            return (performance.now() - began) / 10;""")
        print(f"country: {size:.1f} MiB, interactive after {taken:.2f} s, {draw:.0f} ms a step of the slider")
        self.shoot("report-country")
        self.assertEqual(self.log(), [])
        # Wall-clock time: a calm machine takes a fifth of this.
        self.assertLessEqual(taken, 2 if os.getloadavg()[0] < 2 else 10)

    def test_nothing_is_loaded_and_nothing_breaks_out(self):
        run("nasty.h5", "horqin_no_stint", "-r", "2", "--set", 'scenario.title=</script><script>alert(1)</script> & <b>')
        file = page("nasty.html", "nasty.h5")
        self.open(file)
        self.assertEqual(self.find("h1").text, "</script><script>alert(1)</script> & <b>")
        self.assertEqual(self.log(), [])
        with open(file, encoding="utf-8") as text:
            self.assertEqual(re.findall(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?!data:)", text.read()), [])
        self.assertEqual(self.driver.execute_script("return performance.getEntriesByType('resource').length"), 0)


class Refusals(unittest.TestCase):
    def says(self, message, *files):
        done = subprocess.run(["/usr/bin/python3", os.path.join(TOP, "scripts", "report.py"), *files, "-o", path("no.html")],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, message)
        self.assertFalse(os.path.exists(path("no.html")))

    def test_files_that_do_not_go_together(self):
        self.says("cannot be paired", path("with.h5"), path("queue.h5"))
        self.says("goes alone", path("compared.h5"), path("with.h5"))
        self.says("not a result file", __file__)
        self.says("not of `counterpart sensitivity --json`", os.path.join(TOP, "CMakePresets.json"))

    def test_words_are_in_both_languages(self):
        words = json.loads(report.read("words.json"))
        for key, pair in words.items():
            self.assertEqual(len(pair), 2, key)
            self.assertEqual(re.findall(r"\{\w+\}", pair[0]), re.findall(r"\{\w+\}", pair[1]), key)
        used = set(re.findall(r'say\("([^"]+)"[,)]', report.read("page.js")))
        self.assertLessEqual(used, set(words))

    def test_what_targets_ask_for_has_words(self):
        words = json.loads(report.read("words.json"))
        asked = set()
        for path_of in glob.glob(os.path.join(TOP, "scenarios", "*.cfg")):
            with open(path_of, encoding="utf-8") as file:
                asked |= set(re.findall(r'quantity = "([a-z_]+)"', file.read()))
        self.assertGreater(len(asked), 10)
        self.assertEqual(sorted(name for name in asked if "m." + name not in words), [])

    def test_units_of_facts_that_targets_cite_have_words(self):
        words = json.loads(report.read("words.json"))
        cited, unit_of = set(), {}
        for path_of in glob.glob(os.path.join(TOP, "scenarios", "**", "*.cfg"), recursive=True):
            with open(path_of, encoding="utf-8") as file:
                cited |= set(re.findall(r'fact = "([^"]+)"', file.read()))
        for path_of in glob.glob(os.path.join(TOP, "scenarios", "data", "*_facts.csv")):
            with open(path_of, encoding="utf-8", newline="") as file:
                unit_of.update((row["id"], row["unit"]) for row in csv.DictReader(file))
        asked = {unit_of[fact] for fact in cited if fact in unit_of}
        self.assertGreater(len(asked), 10)
        self.assertEqual(sorted(unit for unit in asked if "u." + unit not in words), [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
