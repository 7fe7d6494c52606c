"""Where the country's patients go, computed without simulating them: the choices of everybody among the hospitals of
national_supply.py as shares, and the beds and utilities with which these shares meet the reported admissions, stays and
bed use of 2024.

scripts/national-data writes the tables of scenarios/national_2024.cfg with it, docs/national.md explains it. All sums
are in a fixed order, so that the tables are the same on every machine with IEEE arithmetic.
"""

import math
import os
import re

from national_supply import DAYS, GROUPS, NAMED_BEDS, TOP, Totals, largest_remainder, named_hospitals, place_centres, \
    place_others, place_tertiary, raise_provincial, read_places, rows

SET = 16  # candidates of a choice, as in models/choice_set.h

# --- what is assumed; docs/national.md says why ---
SIZE = 0.3
PRICE = 0.1  # per 1000 CNY
TRAVEL = {"acute": 2.0, "planned": 1.3, "complex": 0.5}  # per hour; complex cases go far, however they come
OFFSET = {  # utility by level of a case of that complexity, besides that of the group
    "light": {"township": 0.0, "county": -1.0, "prefecture": -2.0, "provincial": -2.5, "national": -3.0},
    "ordinary": {"township": -1.5, "county": 0.0, "prefecture": 0.0, "provincial": 0.0, "national": 0.0},
    "serious": {"township": -4.0, "county": 0.0, "prefecture": 1.0, "provincial": 1.0, "national": 1.0},
    "complex": {"township": -6.0, "county": -1.0, "prefecture": 1.0, "provincial": 1.0, "regional": 1.5, "national": 2.0},
}
REACH = ("provincial", "regional", "national")  # levels whose utility for complex cases is fitted to F1
OPERATED = ("surgery", "urology", "joints", "gynaecology", "heart_surgery", "scoliosis", "cancer_new")
OPERATION_H = 2.0
SPECIALIST = ("urology", "joints", "gynaecology")  # operations that county hospitals of poor counties do not give
STANDARD = ("stroke", "infarction", "birth_high_risk", "newborn", "abdomen", "injury")  # ... nor those below the standard
THEATRE_USE = 0.6


# --- conditions ---

class Condition:
    def __init__(self, row, totals, people, rest, rest_weight):
        self.id, self.name, self.ward, self.way, self.complexity = (row[k] for k in ("id", "name", "ward", "way", "complexity"))
        self.stay, self.source, self.basis = float(row["stay_d"]), row["source"], row["basis"]
        amount = float(row["amount"])
        year = DAYS / 365  # incidences are of 365 days
        if self.basis == "incidence":
            self.admissions = amount * people / 1e5 * year
        elif self.basis == "count":
            self.admissions = amount
        elif self.basis == "share":
            self.admissions = amount * totals.sum()
        else:
            self.admissions = rest * amount / rest_weight
        self.incidence = self.admissions / people * 1e5 / year
        self.travel = TRAVEL["complex"] if self.complexity == "complex" else TRAVEL[self.way]
        self.operated = self.id in OPERATED
        self.service = "specialist" if self.id in SPECIALIST else "standard" if self.id in STANDARD else ""
        self.days = {self.ward: self.stay + (OPERATION_H / 24 if self.operated else 0)}
        if self.ward == "icu":
            self.days["medicine"] = self.stay


def read_conditions(totals, people):
    table = rows("national_conditions.csv")
    named = [Condition(r, totals, people, 0, 1) for r in table if r["basis"] != "rest"]
    rest = totals.sum() - sum(c.admissions for c in named)
    weight = sum(float(r["amount"]) for r in table if r["basis"] == "rest")
    return [Condition(r, totals, people, rest, weight) for r in table]


def gives(facility, condition):
    """Whether a facility could ever give a condition what it needs first."""
    if condition.ward not in facility.wards or (condition.operated and not has_theatre(facility)):
        return False
    if condition.ward == "icu" and "medicine" not in facility.wards:
        return False
    return not condition.service or facility.kind not in ("primary", "grassroots")


def open_for(facility, condition):
    """... and does so in the world without policies."""
    if facility.closed:
        return False
    if condition.service == "standard":
        return facility.kind != "county_below"
    if condition.service == "specialist":
        return facility.kind not in ("county_below", "county_poor")
    return True


def has_theatre(facility):
    return "surgery" in facility.wards or facility.kind in ("regional", "other")


# --- ways ---

EARTH_KM, DETOUR, FIXED_H = 6371.0, 1.324, 0.5


def hours(km):
    return FIXED_H + min(km, 100) / 50 + max(0, min(km, 400) - 100) / 80 + max(0, km - 400) / 200


def cost(km, travel):
    """What a way takes off the utility: time, fare there and back, and lodging."""
    return travel * hours(km) + PRICE * (km + (1200 if km > 100 else 0)) / 1000


class Ways:
    """The nearest places of each place, and how far the places with hospitals for everybody are."""

    NEAR_KM, LEAST, MOST = 120, 40, 90

    def __init__(self, places, origins, far):
        self.near, self.far = {}, {}
        x, y, z = ([p.at[k] for p in places] for k in range(3))
        for i in origins:
            p = places[i]
            a, b, c = p.at
            dot = [a * u + b * v + c * w for u, v, w in zip(x, y, z)]
            least = 0.999  # of a circle of 285 km
            order = [j for j, d in enumerate(dot) if d > least]
            while len(order) < self.LEAST:
                least -= 0.01
                order = [j for j, d in enumerate(dot) if d > least]
            order.sort(key=lambda j: -dot[j])
            km = [(q, self.km(p, places[q])) for q in order[: self.MOST]]
            self.near[i] = [(q, d) for n, (q, d) in enumerate(km) if n < self.LEAST or d < self.NEAR_KM]
            self.far[i] = [(q, self.km(p, places[q])) for q in far]

    @staticmethod
    def km(p, q):
        chord2 = sum((u - v) ** 2 for u, v in zip(p.at, q.at))
        return 2 * math.asin(min(1, math.sqrt(chord2) / 2)) * EARTH_KM * DETOUR


# --- choices ---

class Profile:
    """Conditions that see the same facilities and like them alike: the same sets, the same shares."""

    def __init__(self, condition, kinds):
        self.travel, self.complexity, self.ward = condition.travel, condition.complexity, condition.ward
        self.kinds = kinds  # of facilities: those that could give it; and whether they do
        self.conditions = []
        self.rate = 0.0  # admissions per person
        self.days = {}  # bed-days by ward for one admission


class Model:
    """Of everybody, or of the people of some places only: `among` says of which."""

    def __init__(self, fitted, among=None):
        self.fitted = fitted
        self.totals = Totals()
        self.places = read_places()
        self.origins = [i for i, p in enumerate(self.places) if among is None or among(i, p)]
        self.people = sum(p.people for p in self.places)
        self.conditions = read_conditions(self.totals, self.people)
        named = named_hospitals(self.places)
        tertiary = named + place_tertiary(self.places, self.totals.count["tertiary"], named)
        raise_provincial(self.places, tertiary)
        self.facilities = tertiary + place_others(self.places, self.totals) + place_centres(self.places)
        for f in self.facilities:
            f.sort = (f.group, f.level, f.wards, f.kind)
        self.sorts = list(dict.fromkeys(f.sort for f in self.facilities))
        self.example = {s: next(f for f in self.facilities if f.sort == s) for s in self.sorts}
        far = sorted({f.place for f in self.facilities if f.level in REACH})
        self.ways = Ways(self.places, self.origins, far)
        self.at = [{} for _ in self.places]
        for i, f in enumerate(self.facilities):
            self.at[f.place].setdefault(f.sort, []).append(i)
        self.near_at = [[(s, m) for s, m in at.items() if s[1] not in REACH] for at in self.at]
        self.far_at = [[(s, m) for s, m in at.items() if s[1] in REACH] for at in self.at]
        self.opened = frozenset()  # facilities that a policy has opened
        self.make_profiles()
        self.utility = dict.fromkeys(GROUPS, 0.0)
        self.reach = 0.0  # added to the levels of REACH for complex cases
        self.stay_factor = dict.fromkeys(GROUPS, 1.0)
        for g in GROUPS:
            own = [f for f in self.facilities if f.group == g and not f.closed]
            for f in own:
                f.total = self.totals.staffed(g) / len(own) * (NAMED_BEDS if f.name else 1)

    def make_profiles(self):
        found = {}
        for c in self.conditions:
            kinds = tuple((gives(self.example[s], c), open_for(self.example[s], c)) for s in self.sorts)
            key = (c.travel, c.complexity, c.ward, kinds)
            profile = found.setdefault(key, Profile(c, dict(zip(self.sorts, kinds))))
            profile.conditions.append(c)
            profile.rate += c.admissions / self.people
            for ward, days in c.days.items():
                profile.days[ward] = profile.days.get(ward, 0) + days * c.admissions / self.people
        self.profiles = list(found.values())
        for p in self.profiles:
            p.days = {w: d / p.rate for w, d in p.days.items()}

    def own_price(self, group):
        return PRICE * GROUPS[group][3] * (1 - GROUPS[group][4]) / 1000

    def door(self, complexity, group, level):
        """Utility at the door, without size and way."""
        offset = OFFSET[complexity].get(level, -9.0)
        if complexity == "complex" and level in REACH:
            offset += self.reach
        return self.utility[group] + offset - self.own_price(group)

    LOCAL = 30  # so many nearest places are looked at for what is not of the tertiary group

    def find_best(self, i, travel, appeal):
        """Of each sort the sixteen best for that place: [(appeal less the way, facility, way)]."""
        best = {}
        for n, (q, km) in enumerate(self.ways.near[i]):
            way = cost(km, travel)
            for sort, members in self.near_at[q]:
                if n < self.LOCAL or sort[0] == "tertiary":
                    best.setdefault(sort, []).extend([(appeal[j] - way, j, way) for j in members])
        for q, km in self.ways.far[i]:
            way = cost(km, travel)
            for sort, members in self.far_at[q]:
                best.setdefault(sort, []).extend([(appeal[j] - way, j, way) for j in members])
        for found in best.values():
            found.sort(key=lambda x: (-x[0], x[1]))
            del found[SET:]
        return best

    def choose_sets(self):
        """As models/choice_pick.c does: the best of each level and of each group, then the most attractive."""
        appeal = [SIZE * math.log(max(f.total, 1)) for f in self.facilities]
        self.sets = [[] for _ in self.profiles]
        for i in self.origins:
            best = {t: self.find_best(i, t, appeal) for t in dict.fromkeys(p.travel for p in self.profiles)}
            for profile, sets in zip(self.profiles, self.sets):
                sets.append(self.choose_set(profile, best[profile.travel]))

    def choose_set(self, profile, best):
        found = []
        for sort, members in best.items():
            if profile.kinds[sort][0]:
                door = self.door(profile.complexity, sort[0], sort[1])
                found.extend((door + u, j, way, sort) for u, j, way in members)
        found.sort(key=lambda x: (-x[0], x[1]))
        first, kept = {}, []
        for x in found:
            first.setdefault(x[3][1], x)
        for x in found:
            first.setdefault(x[3][0], x)
        kept = list({x[1]: x for x in first.values()}.values())
        taken = {x[1] for x in kept}
        for x in found:
            if len(kept) >= SET:
                break
            if x[1] not in taken:
                kept.append(x)
        return [(x[1], math.exp(-x[2])) for x in kept if profile.kinds[x[3]][1] or x[1] in self.opened]

    def share_out(self):
        """Admissions of each facility, its bed-days by ward, and the share of patients who go to another province."""
        count = len(self.facilities)
        self.admissions = [0.0] * count
        self.days = [{} for _ in range(count)]
        crossed = 0.0
        province = [self.places[f.place].province for f in self.facilities]
        people = [p.people for p in self.places]
        for profile, sets in zip(self.profiles, self.sets):
            weight = [math.exp(self.door(profile.complexity, f.group, f.level)) * max(f.total, 1) ** SIZE for f in self.facilities]
            load = [0.0] * count
            for i, members in zip(self.origins, sets):
                w = [weight[j] * d for j, d in members]
                scale = people[i] * profile.rate / sum(w)
                home = self.places[i].province
                for (j, _), x in zip(members, w):
                    load[j] += x * scale
                    if province[j] != home:
                        crossed += x * scale
            for j, x in enumerate(load):
                if x > 0:
                    self.admissions[j] += x
                    days = self.days[j]
                    for ward, d in profile.days.items():
                        days[ward] = days.get(ward, 0) + d * x
        self.crossed = crossed / sum(self.admissions)

    def by_group(self, values):
        out = dict.fromkeys(GROUPS, 0.0)
        for f, v in zip(self.facilities, values):
            out[f.group] += v
        return out

    def follow(self, step=1.0):
        """Moves utilities, stays and beds to where the reported totals are met."""
        admissions = self.by_group(self.admissions)
        days = self.by_group([sum(d.values()) for d in self.days])
        self.error = 0.0
        for g in GROUPS:
            aim = self.totals.admissions[g] * self.fitted.get(g + ".admissions", 1.0)
            self.error = max(self.error, abs(admissions[g] / aim - 1))
            self.utility[g] += step * math.log(aim / admissions[g])
            self.stay_factor[g] = self.totals.stay[g] * self.fitted.get(g + ".stay", 1.0) * admissions[g] / days[g]
        zero = self.utility["secondary"]
        for g in GROUPS:
            self.utility[g] -= zero
        self.reach += 0.7 * math.log(self.fitted["cross_province"] / self.crossed)
        self.size()

    def refit(self, shares, crossed):
        """The same for the people of some places, with the beds as they are."""
        for g, now in self.group_shares().items():
            self.utility[g] += math.log(shares[g] / now)
        self.reach += 0.7 * math.log(crossed / self.crossed)

    def size(self):
        """Staffed beds: what a ward's mean load needs and a part that grows with its root, the same for all wards of a
        group, so that the group's beds give its reported bed use. The larger the ward, the fuller it may be."""
        loads = []
        for f, days in zip(self.facilities, self.days):
            loads.append({} if f.closed else {w: days.get(w, 0) * self.stay_factor[f.group] / DAYS for w in f.wards})
        self.spare = {}
        for g in GROUPS:
            own = [x for f, l in zip(self.facilities, loads) if f.group == g for x in l.values()]
            need = sum(own)
            self.spare[g] = need * (1 / (self.totals.use[g] * self.fitted.get(g + ".use", 1.0)) - 1) / sum(map(math.sqrt, own))
        for f, load in zip(self.facilities, loads):
            if not f.closed:
                f.exact = {w: x + self.spare[f.group] * math.sqrt(x) for w, x in load.items()}
                f.total = sum(f.exact.values())

    def whole_beds(self):
        for g in GROUPS:
            own = [(f, w) for f in self.facilities if f.group == g and not f.closed for w in f.wards]
            exact = [f.exact[w] for f, w in own]
            for (f, w), n in zip(own, largest_remainder(round(sum(exact)), exact)):
                f.beds[w] = max(1, n)
        operations = {c.id: c.admissions for c in self.conditions if c.operated}
        share = sum(operations.values()) / sum(c.admissions for c in self.conditions if c.ward in ("surgery", "bone", "women",
                                                                                                   "heart", "oncology"))
        for f, n in zip(self.facilities, self.admissions):
            f.total = float(sum(f.beds.values()))
            if has_theatre(f) and not f.closed:
                cut = sum(f.beds.get(w, 0) for w in ("surgery", "bone", "women", "heart", "oncology"))
                ops = n * share * cut / f.total
                load = ops * OPERATION_H / 24 / DAYS
                f.theatres = max(1, math.ceil(load / THEATRE_USE + math.sqrt(load)))

    def start(self):
        """From where the last fit ended."""
        for g in GROUPS:
            self.utility[g] = self.fitted.get(g + ".utility", 0.0)
        self.reach = self.fitted.get("reach", 0.0)

    def as_written(self):
        """With the beds, utilities and factors of the tables."""
        beds = {r["id"]: sum(int(n) for k, n in r.items() if k.startswith("beds.") and n)
                for kind in dict.fromkeys(f.kind for f in self.facilities) for r in rows(f"national_{kind}.csv")}
        for f in self.facilities:
            f.total = float(beds[f.id])
        self.start()
        with open(os.path.join(TOP, "common", "national_groups.cfg"), encoding="utf-8") as file:
            for g, utility, factor in re.findall(r'name = "(\w+)".*utility = ([-\d.]+); stay_factor = ([\d.]+)', file.read()):
                self.utility[g], self.stay_factor[g] = float(utility), float(factor)
        self.choose_sets()
        self.share_out()

    def group_shares(self):
        whole = sum(self.admissions)
        return {g: n / whole for g, n in self.by_group(self.admissions).items()}

    def at_home(self):
        """(share admitted in the own county, mean hours of the way) of those for whom shares have been computed."""
        home = hours_ = whole = 0.0
        for profile, sets in zip(self.profiles, self.sets):
            weight = [math.exp(self.door(profile.complexity, f.group, f.level)) * max(f.total, 1) ** SIZE for f in self.facilities]
            for i, members in zip(self.origins, sets):
                w = [weight[j] * d for j, d in members]
                km = dict(self.ways.near[i])
                km.update(self.ways.far[i])
                scale = self.places[i].people * profile.rate / sum(w)
                whole += self.places[i].people * profile.rate
                for (j, _), x in zip(members, w):
                    place = self.facilities[j].place
                    home += x * scale if place == i else 0
                    hours_ += x * scale * hours(km[place])
        return home / whole, hours_ / whole

    def solve(self, outer=3, inner=4, say=None):
        self.start()
        for n in range(outer):
            self.choose_sets()
            for _ in range(inner):
                self.share_out()
                self.follow()
            if say:
                say(f"sets {n + 1}: admissions within {self.error:.2%}, across provinces {self.crossed:.3%}")
        self.whole_beds()


def unfilled(mean, day):
    """The share of a bed's later patients who are not there yet so many days after it was opened empty: stays are lognormal
    with a standard deviation of 0.7 of the mean."""
    sigma2 = math.log(1 + 0.7**2)
    sigma, mu = math.sqrt(sigma2), math.log(mean) - sigma2 / 2
    first = (mu + sigma2 - math.log(day)) / sigma

    def normal(x):
        return math.erfc(-x / math.sqrt(2)) / 2

    return normal(first) - day / mean * normal(first - sigma)


def filling(warmup, days, every=24):
    """{group: share of the bed-days that a run of so many days misses because the beds were empty at the start}, by the
    conditions of the people of every 24th place."""
    model = Model(fitted(), among=lambda i, place: i % every == 0)
    model.as_written()
    missing, whole = dict.fromkeys(GROUPS, 0.0), dict.fromkeys(GROUPS, 0.0)
    middles = [warmup + days * (k + 0.5) / 40 for k in range(40)]
    for profile, sets in zip(model.profiles, model.sets):
        weight = [math.exp(model.door(profile.complexity, f.group, f.level)) * max(f.total, 1) ** SIZE for f in model.facilities]
        going = dict.fromkeys(GROUPS, 0.0)
        for i, members in zip(model.origins, sets):
            w = [weight[j] * d for j, d in members]
            for (j, _), x in zip(members, w):
                going[model.facilities[j].group] += model.places[i].people * x / sum(w)
        for c in profile.conditions:
            stay = sum(c.days.values())
            for g, n in going.items():
                bed_days = n * c.admissions * stay
                whole[g] += bed_days
                missing[g] += bed_days * sum(unfilled(stay * model.stay_factor[g], day) for day in middles) / len(middles)
    return {g: missing[g] / whole[g] for g in GROUPS}


HELPER_BEDS = 500  # assumed: whoever helps has at least so many


def make_pairs(model):
    """Each poor county hospital, the neediest first, with the nearest tertiary hospital that helps no other."""
    helpers = [f for f in model.facilities if f.group == "tertiary" and not f.closed and f.total >= HELPER_BEDS]
    free = {}
    for f in helpers:
        free.setdefault(f.place, []).append(f)
    helped = {f.place: f for f in model.facilities if f.kind in ("county_poor", "county_below")}
    pairs = []
    for i in sorted(helped, key=lambda i: model.places[i].need_rank):
        here = model.places[i].at
        q = max((q for q in free if q != i), key=lambda q: (sum(a * b for a, b in zip(here, model.places[q].at)), -q))
        pairs.append((free[q].pop(0), helped[i]))
        if not free[q]:
            del free[q]
    return pairs


def fitted():
    """What was fitted: values by name."""
    return {r["name"]: float(r["value"]) for r in rows("national_fitted.csv")}
