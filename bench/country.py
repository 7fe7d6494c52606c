"""Writes a scenario for bench/run: all county-level places of the table, about 10,000 hospitals in 31 provinces,
24 illnesses that bring 300 million patients a year to them. The illnesses are made up: what counts here is how much
there is to do.
usage: country.py FILE SHARE WARMUP LENGTH        SHARE of the patients and the beds, such as 0.1; "10 d", "1 y" """

import csv
import math
import sys
from pathlib import Path

COUNTIES = Path(__file__).resolve().parent.parent / "scenarios/data/counties.csv"
PATIENTS_A_YEAR = 300e6
CONDITIONS = 24
OCCUPANCY = 0.88
NATIONAL = ("北京市", "北京市", "北京市", "上海市", "上海市", "广东省", "四川省", "湖北省", "湖南省", "浙江省",
            "江苏省", "陕西省", "山东省")
# Wards of the hospitals that every place has, or every second: (rule, ward, days of stay)
LOCAL = (("county hospital", "general", 8.0), ("county hospital", "surgery", 9.0), ("hospital of old medicine", "old", 9.5),
         ("health centre", "light", 5.0), ("private hospital", "general", 8.0))
SPECIAL_DAYS, TOP_DAYS = 11.0, 13.0
REFERRED, REFERRED_TWICE = 0.12, 0.1  # from the county up; from the province up


def read_places():
    with open(COUNTIES, encoding="utf-8", newline="") as file:
        return [{"code": row["code"], "province": row["province"], "lon": math.radians(float(row["lon"])),
                 "lat": math.radians(float(row["lat"])), "people": int(row["population"])}
                for row in csv.DictReader(file)]


def capitals(places):
    """The places of each province's capital city, the most populous first; their codes end in 01.. after the
    province's."""
    found = {}
    for place in sorted(places, key=lambda place: -place["people"]):
        if place["code"][2:4] == "01":
            found.setdefault(place["province"], []).append(place)
    return found


def apart(a, b):
    return math.acos(min(1, math.sin(a["lat"]) * math.sin(b["lat"])
                         + math.cos(a["lat"]) * math.cos(b["lat"]) * math.cos(a["lon"] - b["lon"])))


def upper_hospitals(places):
    """Hospitals above the counties with the people for whom each is the nearest: (id, level, ward, days, place,
    people)."""
    cities = capitals(places)
    hospitals = [{"id": f"provincial_{cities[province][0]['code'][:2]}", "level": "provincial", "ward": "special",
                  "place": cities[province][0], "people": 0} for province in sorted(cities)]
    used = {}
    for number, province in enumerate(NATIONAL):
        used[province] = used.get(province, 0) + 1
        hospitals.append({"id": f"national_{number + 1}", "level": "national", "ward": "top",
                          "place": cities[province][used[province]], "people": 0})
    for ward in ("special", "top"):
        own = [hospital for hospital in hospitals if hospital["ward"] == ward]
        for place in places:
            nearest = min(own, key=lambda hospital: apart(hospital["place"], place))
            nearest["people"] += place["people"]
    return hospitals


def condition(number, incidence, ward):
    """A ward near home, and for some the provincial and the national hospital."""
    choice = 'choice = "utility"; review: { dist = "fixed"; value = "1 d"; };' if number % 6 == 5 else 'choice = "nearest";'
    top = 'at = "national_1";' if number % 8 == 7 else 'missing = "refer";'
    days = next(days for _, name, days in LOCAL if name == ward)
    return f"""{{ id = "c{number}";
    arrivals: {{ incidence = "{incidence:.4f} per 100000 y"; }};
    first = "nearest"; choice: {{ travel = 1.0; size = 0.5; }};
    pathway: (
      {{ stage = "ward"; {choice} needs: {{ {ward} = 1; {ward}_staff = 1; }}; priority = {number % 3};
        duration: {{ dist = "lognormal"; mean = "{days} d"; sd = "{0.7 * days:.1f} d"; }}; treats = true;
        patience: {{ dist = "exponential"; mean = "10 d"; }};
        next: ( {{ to = "recovery"; share = {1 - REFERRED}; }}, {{ to = "special"; share = {REFERRED}; }} ); }},
      {{ stage = "special"; missing = "refer"; transfer = "4 h"; needs: {{ special = 1; special_staff = 1; }};
        priority = {number % 2};
        duration: {{ dist = "lognormal"; mean = "{SPECIAL_DAYS} d"; sd = "8 d"; }};
        patience: {{ dist = "exponential"; mean = "20 d"; }};
        next: ( {{ to = "recovery"; share = {1 - REFERRED_TWICE}; }}, {{ to = "top"; share = {REFERRED_TWICE}; }} ); }},
      {{ stage = "top"; {top} transfer = "1 d"; needs: {{ top = 1; top_staff = 1; }};
        duration: {{ dist = "gamma"; shape = 2.0; scale = "{TOP_DAYS / 2} d"; }};
        patience: {{ dist = "exponential"; mean = "30 d"; }}; next: ( {{ to = "recovery"; }} ); }},
      {{ stage = "recovery"; duration: {{ dist = "exponential"; mean = "2 h"; }}; }}
    ); }}"""


def beds(name, count):
    return f"{name} = {max(1, round(count))}; {name}_staff = {max(1, round(count * 1.1))};"


def scenario(share, warmup, length):
    places = read_places()
    people = sum(place["people"] for place in places)
    incidence = share * PATIENTS_A_YEAR / CONDITIONS / people * 1e5
    wards = ["general", "surgery", "old", "light"]
    conditions = [condition(number, incidence, wards[number % len(wards)]) for number in range(CONDITIONS)]

    def per_1000(days):
        return incidence / 1e5 * CONDITIONS / len(wards) * days / 365 / OCCUPANCY * 1000

    facilities = []
    for rule in dict.fromkeys(rule for rule, _, _ in LOCAL):
        own = [(ward, per_1000(days)) for name, ward, days in LOCAL if name == rule]
        ratios = " ".join(f"{ward} = {ratio:.6f}; {ward}_staff = {1.1 * ratio:.6f};" for ward, ratio in own)
        least = " ".join(f"{ward} = 1; {ward}_staff = 1;" for ward, _ in own)
        skipped = ", ".join(f'"{place["code"]}"' for place in places[::2]) if rule == "private hospital" else ""
        facilities.append(f'{{ rule = "{rule}"; id = "{rule.replace(" ", "_")}"; level = "county"; except = [{skipped}];\n'
                          f'    beds: {{ {least} }}; beds_per_1000: {{ {ratios} }}; }}')
    for hospital in upper_hospitals(places):
        coming = share * PATIENTS_A_YEAR * hospital["people"] / people * REFERRED
        days = SPECIAL_DAYS
        if hospital["level"] == "national":
            coming, days = coming * REFERRED_TWICE, TOP_DAYS
            if hospital["id"] == "national_1":
                coming += share * PATIENTS_A_YEAR * REFERRED * REFERRED_TWICE / 8
        facilities.append(f'{{ id = "{hospital["id"]}"; level = "{hospital["level"]}"; place = "{hospital["place"]["code"]}"; '
                          f'beds: {{ {beds(hospital["ward"], coming * days / 365 / OCCUPANCY)} }}; }}')
    separator = ",\n  "
    return f"""# {share * PATIENTS_A_YEAR:.0f} patients a year in {len(places)} places.

scenario: {{
  title = "A whole country, for the clock";
  start = "2020-01-01"; warmup = "{warmup}"; length = "{length}"; step = "none"; planning = "none";
  replications = 1; seed = "1";
}};

places: {{ file = "{COUNTIES}"; }};
travel: {{ detour = 1.3; fixed = "1 h"; cost_per_km = "0.5 CNY"; wages_per_day = "100 CNY";
  bands = ( {{ to = "100 km"; speed = "50 km/h"; }}, {{ speed = "80 km/h"; }} ); }};

facilities: (
  {separator.join(facilities)}
);

conditions: (
  {separator.join(conditions)}
);
"""


with open(sys.argv[1], "w", encoding="utf-8") as output:
    output.write(scenario(float(sys.argv[2]), sys.argv[3], sys.argv[4]))
