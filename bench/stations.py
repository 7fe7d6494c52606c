"""Writes a scenario for bench/run: 5,000 patients who go round among 1,000 stations for ever.
usage: stations.py FILE [HOURS]"""

import sys

STATIONS, PATIENTS = 1000, 5000


def scenario(hours):
    ids = [f"s{number}" for number in range(STATIONS)]
    stations = ",\n  ".join(f'{{ id = "{name}"; servers = 1; }}' for name in ids)
    among = ", ".join(f'"{name}"' for name in ids)
    return f"""# {PATIENTS} patients go round among {STATIONS} single servers.

scenario: {{
  title = "Patients who go round, for the clock";
  start = "2020-01-01"; warmup = "10 h"; length = "{hours} h"; step = "none";
  replications = 1; seed = "1";
}};

stations: (
  {stations}
);

conditions: (
  {{ id = "patients";
    arrivals: {{ times = ["0 h"]; batch = {PATIENTS}; }};
    pathway: (
      {{ stage = "round"; among = [{among}]; pick = "random";
        duration: {{ dist = "exponential"; mean = "1 h"; }};
        next: ( {{ to = "round"; }} ); }}
    );
  }}
);
"""


with open(sys.argv[1], "w", encoding="utf-8") as file:
    file.write(scenario(int(sys.argv[2]) if len(sys.argv) > 2 else 5000))
