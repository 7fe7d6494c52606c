"""The country's totals of 2024, its places, and the hospitals that are placed by rule where they are not named; for
national.py.
"""

import csv
import math
import os

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scenarios")
DAYS = 366  # of 2024

# --- what is assumed; docs/national.md says why ---
WARDS = ("medicine", "heart", "neuro", "oncology", "surgery", "bone", "women", "children", "head", "mind", "chinese", "icu")

# National totals of 2024: name of the group in the bulletin, level, wards, price, share reimbursed.
GROUPS = {
    "tertiary": ("三级医院", "prefecture", WARDS, 14016.90, 0.60),
    "secondary": ("二级医院", "county", WARDS, 6821.50, 0.70),
    "primary": ("一级医院", "township", ("medicine", "surgery", "chinese"), 5000.0, 0.75),
    "ungraded": ("", "county", ("medicine", "surgery", "bone", "women", "head", "mind", "chinese"), 6000.0, 0.65),
    "grassroots": ("基层医疗卫生机构", "township", ("medicine", "children", "chinese"), 3000.0, 0.80),
    "other": ("", "county", ("women", "children", "chinese"), 5000.0, 0.70),
}
GRASSROOTS = (6.5, 0.55)  # stay in days, bed use: in no table at hand
OTHER = (6.0, 0.65)

SAME = {"北京天坛医院": "首都医科大学附属北京天坛医院", "北京阜外医院": "中国医学科学院阜外医院"}  # in two lists by other names
CATEGORY_WARD = {
    "cardiovascular": "heart", "cancer": "oncology", "geriatrics": "medicine", "children": "children", "trauma": "bone",
    "major public health events": "medicine", "respiratory": "medicine", "stomatology": "head", "neurology": "neuro",
    "infectious diseases": "medicine", "mental disorders": "mind", "integrated Chinese-Western medicine": "chinese",
    "orthopaedics": "bone"}
REGIONAL, REGIONAL_BEFORE, CENTRE_BEDS = 125, 76, 500  # D8, B2; beds assumed
PROVINCIAL = 114  # D9
NAMED_BEDS = 3  # times the mean of tertiary hospitals: from there the fit begins, so that who is named is considered in large cities
POOR, AT_STANDARD = 832, 0.877  # assumed number of poor counties; B5


def rows(name):
    with open(os.path.join(TOP, "data", name), encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def largest_remainder(total, weights):
    """Whole numbers in proportion to the weights that sum to the total; ties go to the first."""
    whole = sum(weights)
    exact = [total * w / whole for w in weights]
    out = [int(x) for x in exact]
    left = sorted(range(len(exact)), key=lambda i: (out[i] - exact[i], i))
    for i in left[: total - sum(out)]:
        out[i] += 1
    return out


# --- reported totals ---

class Totals:
    """Of each group: admissions, stay (d), bed use, registered beds, institutions (0: not reported)."""

    def __init__(self):
        value = {(r["year"], r["indicator_zh"]): float(r["value"]) for r in rows("national_totals.csv")}

        def of(what):
            return value["2024", what]

        self.admissions, self.stay, self.use, self.beds, self.count = {}, {}, {}, {}, {}
        for group in ("tertiary", "secondary", "primary"):
            name = GROUPS[group][0]
            self.admissions[group] = of(name + "入院人次") * 1e4
            self.stay[group] = of(name + "出院者平均住院日")
            self.use[group] = of(name + "病床使用率") / 100
            self.beds[group] = of(name + "床位数") * 1e4
            self.count[group] = int(of(name[:2] + "医院数"))
        graded = ("tertiary", "secondary", "primary")
        all_of = {"admissions": of("医院入院人次") * 1e4, "beds": of("医院床位数") * 1e4, "count": of("医院数")}
        self.admissions["ungraded"] = all_of["admissions"] - sum(self.admissions[g] for g in graded)
        self.beds["ungraded"] = all_of["beds"] - sum(self.beds[g] for g in graded)
        self.count["ungraded"] = int(all_of["count"]) - sum(self.count[g] for g in graded)
        # What is left of the hospitals' bed-days, by stays and by bed use.
        days = all_of["admissions"] * of("医院出院者平均住院日") - sum(self.admissions[g] * self.stay[g] for g in graded)
        self.stay["ungraded"] = round(days / self.admissions["ungraded"], 1)
        used = all_of["beds"] * of("医院病床使用率") / 100 - sum(self.beds[g] * self.use[g] for g in graded)
        self.use["ungraded"] = round(used / self.beds["ungraded"], 3)
        self.admissions["grassroots"] = of("基层医疗卫生机构入院人次") * 1e4
        self.beds["grassroots"] = of("基层医疗卫生机构床位数") * 1e4
        self.stay["grassroots"], self.use["grassroots"] = GRASSROOTS
        self.admissions["other"] = of("医疗卫生机构合计入院人次") * 1e4 - all_of["admissions"] - self.admissions["grassroots"]
        self.beds["other"] = of("医疗卫生机构床位数") * 1e4 - all_of["beds"] - self.beds["grassroots"]
        self.stay["other"], self.use["other"] = OTHER
        self.count["grassroots"] = self.count["other"] = 0

    def sum(self):
        return sum(self.admissions.values())

    def staffed(self, group):
        return self.admissions[group] * self.stay[group] / DAYS / self.use[group]


# --- places ---

class Place:
    def __init__(self, row):
        self.code, self.name, self.english = row["code"], row["name_zh"], row["name_pinyin_or_en"]
        self.prefecture, self.province = row["prefecture"], row["province"]
        self.lon, self.lat = float(row["lon"]), float(row["lat"])
        self.people, self.urban = int(row["population"]), int(row["urban_population"])
        self.workers = int(row["health_social_workers_longform"])
        lon, lat = math.radians(self.lon), math.radians(self.lat)
        self.at = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
        self.district = row["name_zh"].endswith("区")  # 974 of the table


def read_places():
    places = [Place(row) for row in rows("counties.csv")]
    poor = [p for p in places if not p.district]
    urban = sorted(poor, key=lambda p: (p.urban / p.people, p.code))
    staff = sorted(poor, key=lambda p: (p.workers / p.people, p.code))
    rank = {p.code: 0 for p in poor}
    for order in (urban, staff):
        for i, p in enumerate(order):
            rank[p.code] += i
    order = sorted(poor, key=lambda p: (rank[p.code], p.code))
    below = round(len(poor) * (1 - AT_STANDARD))
    for i, p in enumerate(order):
        p.need = "below" if i < below else "poor" if i < POOR else ""
        p.need_rank = i
    return places


# --- hospitals ---

class Facility:
    def __init__(self, ident, place, group, level, wards, kind, name="", note=""):
        self.id, self.place, self.group, self.level, self.wards, self.kind = ident, place, group, level, wards, kind
        self.name, self.note = name, note
        self.closed, self.generated = False, ""
        self.beds, self.theatres = {}, 0
        self.total = 100.0


def nearest_district(places, index, lon, lat):
    return min(index, key=lambda i: ((places[i].lon - lon) ** 2 * 0.7 + (places[i].lat - lat) ** 2, i))


def named_hospitals(places):
    """Hosts of national centres, and the hospitals of the seed list; each once."""
    code = {p.code: i for i, p in enumerate(places)}
    out, seen = [], set()
    for row in rows("national_centers.csv"):
        if row["hospital"] not in seen:
            seen.add(row["hospital"])
            out.append(Facility(f"national_{len(out) + 1}", code[row["county_code"]], "tertiary", "national",
                                WARDS, "tertiary", row["hospital"]))
    n = 0
    for row in rows("hospitals_3a_seed.csv"):
        name = SAME.get(row["hospital"], row["hospital"])
        n += 1
        if name in seen:
            continue
        seen.add(name)
        near = [i for i, p in enumerate(places) if p.prefecture == row["city"] or (p.province == row["city"])]
        index = [i for i in near if places[i].district] or near
        out.append(Facility(f"seed_{n}", nearest_district(places, index, float(row["lon"]), float(row["lat"])), "tertiary",
                            "provincial", WARDS, "tertiary", name))
    return out


def place_tertiary(places, total, named):
    """By people of prefectures, then by urban people of their places, districts twice; what is named is not generated again."""
    prefectures = list(dict.fromkeys((p.province, p.prefecture) for p in places))
    people = dict.fromkeys(prefectures, 0)
    for p in places:
        people[p.province, p.prefecture] += p.people
    given = largest_remainder(total, [people[x] for x in prefectures])
    has = dict.fromkeys(prefectures, 0)
    for f in named:
        has[places[f.place].province, places[f.place].prefecture] += 1
    quota = {x: max(g - has[x], 0) for x, g in zip(prefectures, given)}
    over = sum(quota.values()) + len(named) - total
    for x in sorted(prefectures, key=lambda x: (-people[x], x)):  # named beyond a prefecture's share: others have fewer
        cut = min(over, quota[x] // 20)
        quota[x] -= cut
        over -= cut
    out = []
    for x in prefectures:
        own = [i for i, p in enumerate(places) if (p.province, p.prefecture) == x]
        weights = [places[i].urban * (2 if places[i].district else 1) + 1 for i in own]
        for i, n in zip(own, largest_remainder(quota[x], weights)):
            for k in range(n):
                f = Facility(f"t{places[i].code}_{k + 1}", i, "tertiary", "prefecture", WARDS, "tertiary")
                f.generated = "by people"
                out.append(f)
    return out


def is_capital(place):
    return place.code[2:4] == "01" or place.code[:2] in ("11", "12", "31", "50")


def raise_provincial(places, facilities):
    """[D9] 114 provincial centres: hospitals of the list stand for them, the others are generated hospitals in the most
    populous prefectures outside capitals [D10 has 40% of key specialties there], by people of provinces (Sainte-Lague)."""
    has, people, of_prefecture = {}, {}, {}
    for p in places:
        people[p.province] = people.get(p.province, 0) + p.people
        has.setdefault(p.province, 0)
        if not is_capital(p):
            x = (p.province, p.prefecture)
            of_prefecture[x] = of_prefecture.get(x, 0) + p.people
    for f in facilities:
        has[places[f.place].province] += f.level == "provincial"
    order = sorted(of_prefecture, key=lambda x: (-of_prefecture[x], x))
    for _ in range(PROVINCIAL - sum(has.values())):
        free = [f for f in facilities if f.generated and f.level == "prefecture" and not is_capital(places[f.place])]
        seats = {(places[f.place].province, places[f.place].prefecture) for f in free}
        x = max({province for province, _ in seats}, key=lambda x: (people[x] / (2 * has[x] + 1), x))
        has[x] += 1
        seat = next(s for s in order if s in seats and s[0] == x)
        order.remove(seat)  # the next of the province goes elsewhere
        host = max((f for f in free if (places[f.place].province, places[f.place].prefecture) == seat),
                   key=lambda f: (places[f.place].urban, f.id))
        host.level, host.generated = "provincial", "by people, as a provincial centre"


def place_others(places, totals):
    out = []
    county = [i for i, p in enumerate(places) if not p.district]
    for i in county:
        kind = {"below": "county_below", "poor": "county_poor", "": "county"}[places[i].need]
        out.append(Facility(f"county_{places[i].code}", i, "secondary", "county", WARDS, kind))
    people = [p.people for p in places]
    for group, count in (("secondary", totals.count["secondary"] - len(county)), ("primary", totals.count["primary"]),
                         ("ungraded", totals.count["ungraded"]), ("grassroots", 0), ("other", 0)):
        pooled = largest_remainder(count, people) if count else [0] * len(places)
        for i, p in enumerate(places):
            note = str(pooled[i]) if count else ""
            out.append(Facility(f"{group}_{p.code}", i, group, GROUPS[group][1], GROUPS[group][2], group, "", note))
    return out


def place_centres(places):
    """[D8] 125 regional centres, in the most populous district of a province's capital, in turn by people for national
    and regional centres that a province has (Sainte-Lague), categories in turn; the first 76 are those of B2."""
    hosts = rows("national_centers.csv")
    people, capital, has = {}, {}, {}
    for i, p in enumerate(places):
        people[p.province] = people.get(p.province, 0) + p.people
        if p.code[2:4] == "01" or (p.code[:2] in ("11", "12", "31", "50")):
            if p.province not in capital or p.people > places[capital[p.province]].people:
                capital[p.province] = i
        has.setdefault(p.province, 0)
    code = {p.code: p.province for p in places}
    national = {code[r["county_code"]] for r in hosts}
    provinces = [x for x in people if x not in national or x == "广东省"]  # as in the scenario of regional centres
    categories = list(CATEGORY_WARD)
    out = []
    for n in range(REGIONAL):
        x = max(provinces, key=lambda x: (people[x] / (2 * has[x] + 1), x))
        has[x] += 1
        category = categories[n % len(categories)]
        ward = CATEGORY_WARD[category]
        f = Facility(f"regional_{n + 1}", capital[x], "tertiary", "regional", (ward,), "regional",
                     f"Regional centre of {places[capital[x]].province}: {category} (generated)")
        f.closed, f.total, f.category = True, float(CENTRE_BEDS), category
        f.beds, f.theatres = {ward: CENTRE_BEDS}, 10
        out.append(f)
    return out
