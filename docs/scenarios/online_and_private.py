"""What is computed in online_and_private.md, for scripts/scenario-page."""

TWIN, BEFORE = "online_and_private_without", "2022-07-01"
FACTS = ("D16", "D17", "D18")
METRICS = (("facility/online/admissions", "consultations online", 1), ("facility/foreign_beijing/admissions", "in the foreign hospital of Beijing", 1),
           ("facility/foreign_shanghai/admissions", "in that of Shanghai", 1), ("travel_time", "hours of travel, one way", 1),
           ("patient_cost", "paid by patients, million CNY", 1e-6), ("insurer_cost", "paid by insurers, million CNY", 1e-6))
