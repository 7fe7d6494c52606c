"""What is computed in county_standard_2025.md, for scripts/scenario-page."""

TWIN, BEFORE = "county_standard_without", "2023-03-01"
FACTS = ("B5", "B6")
METRICS = (("treated_in_county", "treated in their own county", 1), ("untreated", "ended untreated", 1),
           ("travel_time_per_treated", "hours of travel a patient", 1), ("patient_cost", "paid by patients, million CNY", 1e-6),
           ("programme_cost", "paid by the programme, million CNY", 1e-6))
