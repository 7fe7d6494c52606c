"""What is computed in jinjiang_regional_centre.md, for scripts/scenario-page."""

TWIN, BEFORE = "jinjiang_without", "2021-06-01"
FACTS = ("D11", "D12", "D13", "D14", "D15")
METRICS = (("treated_elsewhere", "treated in another province", 1), ("facility/jinjiang/admissions", "admissions in Jinjiang Municipal Hospital", 1),
           ("travel_time", "hours of travel, one way", 1), ("patient_cost", "paid by patients, million CNY", 1e-6),
           ("insurer_cost", "paid by insurers, million CNY", 1e-6), ("programme_cost", "paid by the programme, million CNY", 1e-6))
