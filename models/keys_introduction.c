/* What docs/scenario-language.md says before its tables, section by section. */

#include <stddef.h>

extern const char *const keys_introduction[];

/* clang-format off */
const char *const keys_introduction[] = {
    "# The scenario language\n"
    "\n"
    "<!-- Written by `counterpart keys --markdown`; change models/key_rows.c or models/keys_introduction.c instead. -->\n"
    "\n"
    "A scenario is a text file that says who falls ill, which hospitals there are, what care they give, and what policies do about it. `counterpart check FILE` reads one and explains what is wrong with it; `counterpart keys PATH` shows this reference on the terminal (`counterpart keys conditions.pathway`).\n"
    "\n",

    "## Form\n"
    "\n"
    "The form is that of [libconfig](https://hyperrealm.github.io/libconfig/): settings `name = value;`, groups `{ ... }`, lists of groups `( { ... }, { ... } )`, arrays of plain values `[ ... ]`, texts in double quotes. Comments begin with `#` or `//`, or stand between `/*` and `*/`. Files are UTF-8. A setting may stand only once in its group.\n"
    "\n"
    "```\n"
    "scenario: {\n"
    "    title = \"One clinic, one illness\";\n"
    "    start = \"2019-01-01\";\n"
    "    warmup = \"1 month\";\n"
    "    length = \"1 y\";\n"
    "    replications = 20;\n"
    "};\n"
    "places: { list = ( { code = \"north\"; lon = 121.9; lat = 46.1; population = 300000; } ); };\n"
    "facilities: ( { id = \"clinic\"; place = \"north\"; beds = { general = 40; }; } );\n"
    "conditions: ( {\n"
    "    id = \"pneumonia\";\n"
    "    arrivals = { incidence = \"300 per 100000 y\"; };\n"
    "    pathway = ( { stage = \"ward\"; needs = { general = 1; };\n"
    "                  duration = { dist = \"lognormal\"; mean = \"8.8 d\"; sd = \"9 d\"; }; treats = true; } );\n"
    "} );\n"
    "```\n"
    "\n",

    "## Files\n"
    "\n"
    "`@include \"common/stroke.cfg\"` on a line of its own puts the text of another file in its place. A variant of a scenario inherits it and says what differs:\n"
    "\n"
    "```\n"
    "base = \"horqin.cfg\";\n"
    "scenario: { title = \"The same without the visiting expert\"; };\n"
    "change: (\n"
    "    { path = \"policies.stint.active\"; value = false; },\n"
    "    { path = \"facilities.banner.beds.icu\"; value = 12; },\n"
    "    { path = \"facilities.banner.beds\"; add = { stroke = 8; }; },\n"
    "    { path = \"experts\"; add = { id = \"li\"; home = \"aerospace\"; service = \"thrombectomy\"; }; },\n"
    "    { path = \"targets.D3\"; remove = true; }\n"
    ");\n"
    "```\n"
    "\n"
    "The base is read first, with its own base and changes; then the variant's settings are laid over it, group by group (a list that the base has too is changed by `change` only); then `change` is applied in order; then what the command line says with `--set PATH=VALUE`:\n"
    "\n"
    "    counterpart run horqin.cfg --set policies.stint.active=false --set \"scenario.length=2 y\"\n"
    "\n"
    "File names count from the folder of the file that has them; on the command line, from the scenario's folder.\n"
    "\n",

    "## Paths\n"
    "\n"
    "A path goes by keys and, in lists, by ids or names: `conditions.ais.pathway.assess.duration.mean`, `facilities.banner.services.thrombectomy.staff`. Facilities that are made by rule go by the text of their rule. There are no positions: they would shift with every new element. A path may name a key that the file left at its default; it may not make up names of beds, resources or elements: those are added with `add`.\n"
    "\n",

    "## Quantities\n"
    "\n"
    "A quantity is a text with a number and a unit. A bare number where a unit is due is an error that shows the fix.\n"
    "\n"
    "| what | units | examples |\n"
    "|---|---|---|\n"
    "| time | us, ms, s, min, h, d, week, y (365 d); in full and in plural too | `\"40 min\"`, `\"4.5 h\"`, `\"8.8 days\"` |\n"
    "| calendar span | the same, and month; here a year is 12 months | `\"7 months\"`, `\"2 y\"` |\n"
    "| date | year-month-day, with a time of day (UTC) if need be | `\"2019-01-31\"`, `\"2019-01-31 08:00\"` |\n"
    "| rate | per time | `\"0.5 per h\"`, `\"30 per d\"` |\n"
    "| incidence | per people and time | `\"505.2 per 100000 y\"` |\n"
    "| speed | km/h, m/s | `\"50 km/h\"` |\n"
    "| length | km, m | `\"100 km\"` |\n"
    "| money | CNY (or yuan), to the fen | `\"6821.50 CNY\"` |\n"
    "\n"
    "Times are kept in microseconds and money in fen, exactly. Numbers without a unit, and shares, are written without quotes: `0.25`, `12`.\n"
    "\n",

    "## Distributions\n"
    "\n"
    "A distribution is a group; a plain value stands for a fixed one (`duration = \"2 h\";`). Where it is of times, the parameters marked * are times too (`mean = \"8.8 d\"`), otherwise numbers.\n"
    "\n"
    "| `dist` | parameters |\n"
    "|---|---|\n"
    "| `\"fixed\"` | value* |\n"
    "| `\"exponential\"` | mean*, or rate (`\"0.5 per h\"`) |\n"
    "| `\"uniform\"` | low*, high* |\n"
    "| `\"triangular\"` | low*, mode*, high* |\n"
    "| `\"normal\"` | mean*, sd*, low* (0 when absent): cut off below low |\n"
    "| `\"lognormal\"` | mean*, sd* of the value itself; or mu, sigma of its logarithm, with the unit of the value: `unit = \"h\"` |\n"
    "| `\"gamma\"` | shape, scale*; or mean*, sd* |\n"
    "| `\"erlang\"` | shape (a whole number), mean* of the whole |\n"
    "| `\"weibull\"` | shape, scale* |\n"
    "| `\"beta\"` | alpha, beta, high*: stretched to between 0 and high |\n"
    "| `\"hyperexponential\"` | means* = [ ... ], shares = [ ... ] |\n"
    "| `\"listed\"` | values* = [ ... ]: one for each patient in turn; inner lists are for repeated attempts: `( (\"1 h\", \"2 h\"), \"3 h\" )` |\n"
    "| `\"empirical\"` | quantiles = ( { p = 0.0; value = \"0.5 h\"; }, ..., { p = 1.0; value = \"40 h\"; } ), or file = \"samples.csv\", column = \"NAME\" (the first when absent) and unit = \"d\" |\n"
    "\n",

    "## Arrivals\n"
    "\n"
    "A condition says in one of five ways when patients come; times count from the start of the run.\n"
    "\n"
    "| written | patients come |\n"
    "|---|---|\n"
    "| `rate = \"0.5 per h\";` | at random (Poisson), in one place |\n"
    "| `incidence = \"505.2 per 100000 y\";` | at random in every place, in proportion to its people |\n"
    "| `profile = { cycle = \"24 h\"; rates = [\"2 per h\", \"8 per h\", \"5 per h\"]; };` | at random, with a rate for each of equal parts of a cycle |\n"
    "| `gap = { dist = \"erlang\"; shape = 2; mean = \"2 h\"; };` | with these times between them (a renewal process) |\n"
    "| `times = [\"1 h\", \"90 min\"];` | then |\n"
    "\n"
    "A rate or an incidence can vary around its mean: in a wave, `wave = { amplitude = 0.6; period = \"24 h\"; phase = \"6 h\"; };`, or by parts of a cycle, `profile = { cycle = \"1 y\"; weights = [3, 2, 1, 2]; };`. With all of these, `batch = 10;` (or a distribution) lets several patients come at once, `count = 100;` ends the arrivals, and `into = \"STAGE\";` lets patients begin with another stage than the first. The n-th arrival comes at the same time whatever the batches are, and the n-th patient of a place and condition is the same person in every scenario that has the same seed.\n"
    "\n",

    "## Asking elsewhere, and the notice board\n"
    "\n"
    "A stage can take something at another facility while the patient stays where they are: an expert's time, a desk, a place on a screen.\n"
    "\n"
    "```\n"
    "{ stage = \"consultation\"; needs: { bed = 1; }; priority = 1;\n"
    "  remote: { at = \"hub\"; needs: { desk = 1; }; service = \"opinion\"; connection_time = \"15 min\"; };\n"
    "  patience = \"2 d\"; reneged = \"referral\"; otherwise = \"referral\"; duration = \"40 min\"; }\n"
    "```\n"
    "\n"
    "What the stage needs here is taken first, and kept meanwhile. Then a question is sent, which is on its way for `connection_time` and waits in the lines of the facility asked with the stage's priority, upgrade and patience; patience begins when the question arrives. As soon as everything asked for is free, the answer is yes; it is on its way for `connection_time`, and then the stage begins. Whoever answers is taken up from yes until the stage ends, and an expert's week is charged with it. With one desk and random questions this is an M/G/1 line whose services are one connection time longer than the stage, and patients wait two connection times more than the line. The answer is no when there is no room or everybody is busy with `full = \"refuse\"` (`rejected`), when the line is too long (`balked`), when patience ends (`reneged`), or when nobody there gives the service (`otherwise`, or the end with `missing = \"leave\"`). It makes no difference whether both facilities are in one place.\n"
    "\n"
    "Who is referred or sent on does not see other facilities, but a notice board, which is renewed every `scenario.board_refresh`: who gives which service (with \"0 s\" renewed whenever policies act), what is free (`full = \"divert\"`), how long the lines are (`refer = \"least_waiting\"`). Several patients may trust the same note. When the board is renewed, or policies act, it is also looked whether patients who hold servers here and ask for others there wait for one another; the run then stops and names the stations.\n"
    "\n"
    "The world is cut into partitions (provinces) that run on threads of their own for the shortest of `travel.fixed` and all connection times, in parts that divide the day and the board's refresh. No delay, or a board of \"0 s\" where somebody looks at it, merges them into one. Results do not depend on it.\n"
    "\n",

    "## Where values come from\n"
    "\n"
    "`counterpart describe` prints what a report of a simulation study should say (the STRESS-DES checklist) from the scenario itself. Of each quantity it tells the source that a comment names: behind the value, or on lines of their own right above it or above what it stands in, the nearest with a mark. Marks are ids of facts in brackets, `[assumed]`, and the word `fitted`. The comment that begins a file explains the file.\n"
    "\n"
    "```\n"
    "travel: {\n"
    "    detour = 1.324;    # [F32]\n"
    "    fixed = \"30 min\";  # [assumed] to set out, and to be admitted\n"
    "};\n"
    "```\n"
    "\n",

    "## Messages\n"
    "\n"
    "Every problem is reported as `file:line: path: what was found; what to do`, up to 20 at once.\n"
    "\n"
    "# Keys\n",

    NULL,
};
/* clang-format on */
