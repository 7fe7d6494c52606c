#!/bin/bash
# The description of a scenario by a checklist: every item answered, or said to be missing.
source "$(dirname "$0")/common.sh"
horqin=$source_folder/scenarios/horqin_stroke_stint.cfg

expect_quiet describe "$horqin" --json
python '
import json
sheet = json.load(open("out"))
items = {item["item"]: item for item in sheet["items"]}
wanted = ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "2.5.5", "3.1", "3.2", "3.3", "3.4",
          "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1"]
assert list(items) == wanted, list(items)
for item in items.values():
    assert item["text"] or item["rows"] or item["missing"], item
    assert all(len(row) == len(item["columns"]) for row in item["rows"]), item
rows = {row[0]: row for row in items["3.3"]["rows"]}
assert rows["travel.detour"][1:4] == ["1.324", "", "fact F32"], rows["travel.detour"]
assert rows["travel.fixed"][3] == "assumed"
assert rows["conditions.stenosis.arrivals.factors"][3] == "fitted"
assert rows["policies.stint.stint"][1] == "\"7 month\"" and "D1" in rows["policies.stint.stint"][3]
assert rows["facilities.banner.beds"][2] == "beds"
assert "D2, D3, D4, D5, D6" in " ".join(items["3.1"]["text"])
assert "2019-01-01" in items["4.2"]["text"][0] and "365" in items["4.1"]["text"][-1]
assert "30 independent" in items["4.3"]["text"][0]
assert "20200401" in items["5.2"]["text"][0]
assert items["6.1"]["missing"] and "scenario.sharing" in items["6.1"]["missing"]
assert items["2.3"]["rows"][0][:3] == ["stint", "dispatch", "yes"]
'
# What the scenario says instead is taken over, and what changes is seen.
expect_quiet describe "$horqin" --json --set 'scenario.purpose=To learn | about stints' --set scenario.sharing=nowhere \
    --set policies.stint.active=false --set travel.fixed="40 min"
python '
import json
items = {item["item"]: item for item in json.load(open("out"))["items"]}
assert items["1.1"]["missing"] is None and "To learn | about stints" in items["1.1"]["text"]
assert items["6.1"]["missing"] is None
assert items["2.3"]["rows"][0][2] == "no"
assert [row[3] for row in items["3.3"]["rows"] if row[0] == "travel.fixed"] == ["set on the command line"]
'
expect_quiet describe "$horqin"
says out '^  3.3 Input parameters$'
says out 'Not said in the scenario: add scenario.purpose'
expect_quiet describe "$horqin" --markdown --set 'scenario.purpose=To learn | about stints'
says out '^### 3.3 Input parameters$'
says out 'To learn .| about stints'

expect_quiet describe "$source_folder/scenarios/horqin_no_stint.cfg"
says out 'A variant of the scenario horqin_stroke_stint.cfg'
for queue in "$source_folder"/scenarios/queues/mm1.cfg "$source_folder"/scenarios/*.cfg; do
    case $queue in */national_2024.cfg) ;; */national_*) continue ;; esac # variants of it, each as large
    expect_quiet describe "$queue" --json
    cp out first
    expect_quiet describe "$queue" --json
    same out first
done

expect 2 describe no_such.cfg
expect 2 describe "$horqin" --json --markdown
# Words about a scenario change nothing about its world: a state that was saved without them is taken up.
expect 0 run "$scenario" -r 2 -o a.h5 --save-state a.state --at '20 d'
expect 0 run "$scenario" -r 2 -o b.h5 --from-state a.state --set 'scenario.purpose=words' --set 'scenario.assumptions=["x"]'
exit 0
