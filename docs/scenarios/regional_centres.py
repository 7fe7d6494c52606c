"""What is computed in regional_centres.md, for scripts/scenario-page."""

TWIN, BEFORE = "regional_without", "2021-01-01"
FACTS = ("B1", "B2", "B3", "B4", "D7", "D8", "D9", "D10", "F1", "F7")
METRICS = (("treated_in_province", "treated in another prefecture of their province", 1), ("treated_elsewhere", "treated in another province", 1),
           ("travel_time_per_treated", "hours of travel a patient", 1), ("patient_cost", "paid by patients, million CNY", 1e-6),
           ("programme_cost", "paid by the programme, million CNY", 1e-6))
