"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words, zh = data.lang === "zh", worlds = data.worlds, paired = worlds.length > 1;
  const say = (key, fill) => (words[key] || key).replace(/\{(\w+)\}/g, (all, name) => (fill && name in fill ? fill[name] : all));
  const nameOf = (metric) => words["m." + metric] || metric.replace(/_/g, " ");
  const unitOf = (unit) => (unit === "1" || !unit ? "" : words["u." + unit] || unit);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = (i) => "var(--w" + (i % 4) + ")";
  const dash = (i) => [null, "7 4", "2 4", "9 3 2 3"][i % 4];
  const redraws = [];

  // --- Numbers: as many digits as the interval supports

  function decimals(half, value) {
    if (half > 0) return Math.max(-9, Math.min(4, 1 - Math.floor(Math.log(half) / Math.LN10 + 1e-9)));
    const size = Math.abs(value);
    return size >= 100 || Number.isInteger(value) ? 0 : size >= 1 ? 1 : 3;
  }
  const isShare = (name) => /_share$/.test(name);
  const fixed = (exact, digits) => {
    const unit = Math.pow(10, Math.max(0, -digits)), value = digits < 0 ? Math.round(exact / unit) * unit : exact;
    digits = Math.max(0, digits);
    const text = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace("-", "−");
  };
  function number(value, half, name) {
    if (value === null || value === undefined) return "–";
    const scale = isShare(name || "") ? 100 : 1;
    return fixed(value * scale, decimals((half || 0) * scale, value * scale)) + (scale === 100 ? "%" : "");
  }
  function plusMinus(half, name) {
    if (!half) return "";
    const scale = isShare(name || "") ? 100 : 1;
    return " ± " + fixed(half * scale, decimals(half * scale, half * scale));
  }
  // A difference of shares is in percentage points.
  const signed = (value, half, name) => (value > 0 ? "+" : "") + number(value, half, name).replace("%", say("points"));

  // --- Elements

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    Object.entries(attributes || {}).forEach(([key, value]) => {
      if (value === null || value === undefined) return;
      if (key === "class") element.className = value;
      else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    });
    children.flat().forEach((child) => element.append(child));
    return element;
  }
  function section(id, note, fill) {
    const part = make("section", { id: id, "aria-labelledby": id + "-head" }, make("h2", { id: id + "-head" }, say(id)));
    if (note) part.append(make("p", { class: "note" }, say(note, fill)));
    document.getElementById("main").append(part);
    document.getElementById("contents").append(make("a", { href: "#" + id }, say(id)));
    return part;
  }
  function table(heads, rows, numeric) {
    const cell = (tag, content, i) => make(tag, { class: numeric.includes(i) ? "n" : null, scope: tag === "th" ? "col" : null },
      content === null || content === undefined ? "" : content);
    return make("div", { class: "scroll", tabindex: "0", role: "region" },
      make("table", {}, make("thead", {}, make("tr", {}, heads.map((head, i) => cell("th", head, i)))),
        make("tbody", {}, rows.map((row) => make("tr", {}, row.map((value, i) => cell("td", value, i)))))));
  }
  function choice(label, options, change, id) {
    const select = make("select", { id: id, onchange: () => change(Number(select.value)) },
      options.map((text, i) => make("option", { value: i }, text)));
    return make("label", {}, label + " ", select);
  }
  const legend = () => make("div", { class: "legend" }, worlds.map((world, i) =>
    make("span", { style: "--c:" + colour(i) + ";--dash:" + ["solid", "dashed", "dotted", "dashed"][i % 4] }, world.title)));

  // --- Charts: an SVG as wide as its box, drawn again when that changes

  function chart(parent, height, draw, label) {
    const svg = make("div", {});
    parent.append(svg);
    const redraw = () => {
      const width = Math.max(svg.clientWidth, 240);
      svg.textContent = "";
      draw(d3.select(svg).append("svg").attr({ viewBox: "0 0 " + width + " " + height, height: height, role: "img", "aria-label": label }),
        width, height);
    };
    redraws.push(redraw);
    redraw();
    return redraw;
  }
  const compact = (value) => {
    const size = Math.abs(value);
    return size >= 1e9 ? fixed(value / 1e9, size >= 1e10 ? 0 : 1) + "G" : size >= 1e6 ? fixed(value / 1e6, size >= 1e7 ? 0 : 1) + "M"
      : size >= 1e4 ? fixed(value / 1e3, 0) + "k" : String(+value.toPrecision(6)).replace("-", "−");
  };
  function axes(svg, x, y, box, xFormat, yFormat, xLabel, yLabel) {
    y.ticks(5).forEach((tick) => {
      svg.append("line").attr({ class: "gridline", x1: box.left, x2: box.right, y1: y(tick), y2: y(tick) });
      svg.append("text").attr({ x: box.left - 6, y: y(tick) + 4, "text-anchor": "end" }).text(yFormat(tick));
    });
    x.ticks(Math.max(3, Math.floor((box.right - box.left) / 90))).forEach((tick) => {
      svg.append("text").attr({ x: x(tick), y: box.bottom + 18, "text-anchor": "middle" }).text(xFormat(tick));
      svg.append("line").attr({ class: "gridline", x1: x(tick), x2: x(tick), y1: box.bottom, y2: box.bottom + 4 });
    });
    if (xLabel) svg.append("text").attr({ x: box.right, y: box.bottom + 36, "text-anchor": "end" }).text(xLabel);
    if (yLabel) svg.append("text").attr({ x: box.left, y: box.top - 10 }).text(yLabel);
  }

  // --- Head

  const last = worlds[worlds.length - 1] || data.studies[0];
  document.getElementById("title").textContent = last.title || last.label;
  if (worlds.length) document.getElementById("subtitle").textContent = (paired ? say("against") + ": " + worlds.slice(0, -1).map((w) => w.title).join("; ") + " · " : "") +
    data.about[0].replications + " " + say("replications");
  document.querySelectorAll("[data-word]").forEach((element) => { element.textContent = say(element.dataset.word); });
  const root = document.documentElement;
  root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    redraws.forEach((redraw) => redraw());
  });

  // --- Headlines

  function tone(entry, difference) {
    if (!entry.better || difference.half === null || Math.abs(difference.mean) <= difference.half) return "";
    return difference.mean * entry.better > 0 ? " good" : " bad";
  }
  function headlines() {
    if (!data.headlines.length) return;
    const part = section("headlines", "note.headlines", { n: data.about[0].replications });
    part.append(make("div", { class: "cards" }, data.headlines.map((entry) => {
      const world = entry.worlds[entry.worlds.length - 1], unit = unitOf(entry.unit);
      const card = make("div", { class: "card" }, make("div", { class: "what" }, nameOf(entry.name)),
        make("div", { class: "big" }, number(world.mean, world.half, entry.name) + (unit ? " " + unit : "") + " ",
          make("span", { class: "half" }, plusMinus(world.half, entry.name))));
      if (entry.differences) {
        const difference = entry.differences[entry.differences.length - 1];
        card.append(make("div", { class: "from" }, say("base") + " " + number(entry.worlds[0].mean, entry.worlds[0].half, entry.name) + "; ",
          make("span", { class: tone(entry, difference) }, signed(difference.mean, difference.half, entry.name) + plusMinus(difference.half, entry.name))));
      }
      return card;
    })));
  }

  // --- Reported and simulated

  function targetChart(cell, row) {
    const values = [row.least, row.most, row.low, row.high, row.mean, row.reported].filter((v) => v !== null);
    chart(cell, 22, (svg, width) => {
      const x = d3.scale.linear().domain([d3.min(values), d3.max(values)]).range([10, width - 10]);
      if (row.least !== null || row.most !== null) {
        const from = row.least === null ? 0 : x(row.least), to = row.most === null ? width : x(row.most);
        svg.append("rect").attr({ x: from, width: Math.max(to - from, 2), y: 5, height: 12, rx: 3 }).style("fill", "var(--line)");
      }
      if (row.low !== null) svg.append("line").attr({ x1: x(row.low), x2: x(row.high), y1: 11, y2: 11, "stroke-width": 2 }).style("stroke", "var(--w0)");
      if (row.reported !== null) svg.append("path").attr({ d: "M0,-6L6,0L0,6L-6,0Z", transform: "translate(" + x(row.reported) + ",11)" }).style({ fill: "none", stroke: "var(--w1)", "stroke-width": 2 });
      if (row.mean !== null) svg.append("circle").attr({ cx: x(row.mean), cy: 11, r: 4 }).style("fill", "var(--w0)");
    }, row.fact + ": " + row.mean);
  }
  function targets() {
    const at = data.targets.map((rows) => rows.length > 0).lastIndexOf(true);
    if (at < 0) return;
    const part = section("targets", "note.targets");
    ["fit", "predict", "goal", "input"].forEach((role) => {
      const rows = data.targets[at].filter((row) => row.role === role);
      if (!rows.length) return;
      part.append(make("h3", {}, say(role)));
      const cells = rows.map(() => make("div", { style: "min-width:170px" }));
      part.append(table([say("fact"), say("quantity"), say("reported"), say("range"), say("simulated"), "", say("met")], rows.map((row, i) => [
        row.fact, nameOf(row.quantity) + (unitOf(row.unit) ? " (" + unitOf(row.unit) + ")" : ""), row.reported === null ? "–" : compact(row.reported),
        row.least === null && row.most === null ? "" : (row.least === null ? "" : compact(row.least)) + " – " + (row.most === null ? "" : compact(row.most)),
        number(row.mean, row.high - row.mean) + plusMinus(row.high - row.mean), cells[i],
        row.met === null ? "" : say(row.met ? "yes" : "no")]), [2, 3, 4]));
      rows.forEach((row, i) => targetChart(cells[i], row));
    });
  }

  // --- Differences

  function forest(svg, rows, width) {
    const box = { left: Math.min(250, width * 0.42), right: width - 12, top: 6, bottom: rows.length * 28 + 6 };
    const reach = d3.max(rows, (row) => Math.min(2, Math.max(Math.abs(row.low), Math.abs(row.high)))) || 0.1;
    const x = d3.scale.linear().domain([-reach, reach]).range([box.left, box.right]).clamp(true);
    svg.append("line").attr({ class: "zero", x1: x(0), x2: x(0), y1: box.top, y2: box.bottom });
    x.ticks(5).forEach((tick) => svg.append("text").attr({ x: x(tick), y: box.bottom + 18, "text-anchor": "middle" }).text((tick > 0 ? "+" : "") + fixed(tick * 100, 0) + "%"));
    rows.forEach((row, i) => {
      const y = box.top + 14 + i * 28;
      svg.append("text").attr({ class: "strong", x: box.left - 10, y: y + 4, "text-anchor": "end" }).text(nameOf(row.name));
      svg.append("line").attr({ x1: x(row.low), x2: x(row.high), y1: y, y2: y, "stroke-width": 3 }).style("stroke", colour(1));
      const beyond = Math.abs(row.mean) > reach, way = row.mean > 0 ? 1 : -1;
      if (!beyond) svg.append("circle").attr({ cx: x(row.mean), cy: y, r: 5 }).style("fill", colour(1));
      else {
        svg.append("path").attr("d", "M0,-6L" + 10 * way + ",0L0,6Z").attr("transform", "translate(" + (x(row.mean) - 5 * way) + "," + y + ")").style("fill", colour(1));
        svg.append("text").attr({ x: x(row.mean) - 10 * way, y: y + 4, "text-anchor": way > 0 ? "end" : "start" }).text((way > 0 ? "+" : "−") + fixed(Math.abs(row.mean) * 100, 0) + "%");
      }
    });
  }
  function differences() {
    const rows = data.headlines.filter((entry) => entry.differences);
    if (!rows.length) return;
    const part = section("differences", "note.differences");
    const box = make("div", {});
    let which = worlds.length - 2;
    const draw = () => {
      box.textContent = "";
      const relative = rows.map((entry) => ({ name: entry.name, d: entry.differences[which], base: entry.worlds[0].mean }))
        .filter((row) => row.d.relative !== null && row.d.half !== null && row.base)
        .map((row) => ({ name: row.name, mean: row.d.relative, low: row.d.relative - row.d.half / Math.abs(row.base), high: row.d.relative + row.d.half / Math.abs(row.base) }));
      if (relative.length) chart(box, relative.length * 28 + 34, (svg, width) => forest(svg, relative, width), say("differences"));
      box.append(table([say("metric"), say("unit"), worlds[0].label, worlds[which + 1].label, say("difference"), say("interval"), say("change")],
        rows.map((entry) => {
          const d = entry.differences[which], a = entry.worlds[0], b = entry.worlds[which + 1];
          return [nameOf(entry.name), unitOf(entry.unit), number(a.mean, a.half, entry.name), number(b.mean, b.half, entry.name),
            make("span", { class: tone(entry, d) }, signed(d.mean, d.half, entry.name)),
            d.half === null ? "–" : signed(d.mean - d.half, d.half, entry.name) + " – " + signed(d.mean + d.half, d.half, entry.name),
            d.relative === null ? "–" : (d.relative > 0 ? "+" : "") + fixed(d.relative * 100, 1) + "%"];
        }), [2, 3, 4, 5, 6]));
      if (data.helped) helped(box, data.helped[which]);
    };
    if (worlds.length > 2) {
      const pick = choice(say("alternative"), worlds.slice(1).map((world) => world.title), (i) => { which = i; draw(); });
      part.append(make("div", { class: "controls" }, pick));
      pick.querySelector("select").value = which;
    }
    part.append(box);
    draw();
  }
  const placeName = (i) => {
    const places = data.atlas.places, own = places.name[i], latin = places.name_en[i];
    return zh || !latin ? own + (latin && !zh ? "" : latin ? " " + latin : "") : latin + " " + own;
  };
  function helped(box, counts) {
    box.append(make("h3", {}, say("helped")), make("p", { class: "note" }, say("note.helped", {
      n: counts.helped + counts.harmed + counts.unclear, up: counts.helped, down: counts.harmed, unclear: counts.unclear })));
    if (counts.rows.length) box.append(table([say("county"), say("more.treated"), say("per.100000"), say("deaths.change")], counts.rows.map((row) => [
      placeName(row.place), make("span", { class: row.treated > 0 ? "good" : "bad" }, signed(row.treated, row.half) + plusMinus(row.half)),
      signed(row.rate, null), signed(row.deaths, row.deaths_half) + plusMinus(row.deaths_half)]), [1, 2, 3]));
  }

  // --- Series

  const date = (text) => new Date(text + "T00:00:00Z");
  function drawSeries(svg, width, height, shown) {
    const box = { left: 58, right: width - 10, top: 26, bottom: height - 28 };
    const begins = data.series.begins.map(date), ends = data.series.ends.map(date);
    const middles = begins.map((from, i) => new Date((+from + +ends[i]) / 2));
    const x = d3.time.scale.utc().domain([begins[0], ends[ends.length - 1]]).range([box.left, box.right]);
    const scale = isShare(shown.name) ? 100 : 1;
    const tops = shown.curves.map((curve) => d3.max(curve.mean, (m, i) => (m === null ? 0 : (m + (curve.half[i] || 0)) * scale)));
    const y = d3.scale.linear().domain([0, d3.max(tops) || 1]).nice(5).range([box.bottom, box.top]);
    data.about.forEach((world) => world.periods.forEach((period) => {
      const from = Math.max(x(date(period.from)), box.left), to = period.to ? Math.min(x(date(period.to)), box.right) : box.right;
      if (to > from) {
        svg.append("rect").attr({ class: "period", x: from, width: to - from, y: box.top, height: box.bottom - box.top });
        svg.append("text").attr({ x: from + 4, y: box.top + 13 }).text(period.name);
      }
    }));
    const unit = scale === 100 ? "%" : unitOf(shown.unit);
    axes(svg, x, y, box, d3.time.format.utc(ends[ends.length - 1] - begins[0] > 4e11 ? "%Y" : "%Y-%m"), compact, null, nameOf(shown.name) + (unit ? " (" + unit + ")" : ""));
    shown.curves.forEach((curve, i) => {
      const there = (d) => curve.mean[d] !== null, at = d3.range(begins.length);
      const half = (d) => curve.half[d] || 0;
      svg.append("path").attr("class", "band").style("fill", colour(i)).attr("d", d3.svg.area().defined(there).x((d) => x(middles[d]))
        .y0((d) => y(Math.max(0, (curve.mean[d] - half(d)) * scale))).y1((d) => y(Math.min(scale === 100 ? 100 : Infinity, (curve.mean[d] + half(d)) * scale)))(at));
      svg.append("path").attr({ class: "curve", "stroke-dasharray": dash(i) }).style("stroke", colour(i))
        .attr("d", d3.svg.line().defined(there).x((d) => x(middles[d])).y((d) => y(curve.mean[d] * scale))(at));
    });
  }
  function series() {
    if (!data.series || !data.series.charts.length) return;
    const part = section("series", "note.series");
    let shown = data.series.charts[0];
    const first = data.series.charts.findIndex((c) => c.name === "treated");
    if (first > 0) shown = data.series.charts[first];
    let redraw;
    const pick = choice(say("metric"), data.series.charts.map((c) => nameOf(c.name)), (i) => { shown = data.series.charts[i]; redraw(); }, "series-metric");
    part.append(make("div", { class: "controls" }, pick), legend());
    pick.querySelector("select").value = data.series.charts.indexOf(shown);
    redraw = chart(part, 320, (svg, width, height) => drawSeries(svg, width, height, shown), say("series"));
  }

  // --- Map

  const GAP = 65535;
  function unpack(text, metric) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const whole = new Uint16Array(bytes.buffer), values = new Float32Array(whole.length);
    const step = (metric.most - metric.least || 1) / (GAP - 1);
    for (let i = 0; i < whole.length; i++) values[i] = whole[i] === GAP ? NaN : metric.least + whole[i] * step;
    return values;
  }
  // Viridis and a blue-orange scale, told apart by colour-blind readers.
  const RAMP = ["#440154", "#414487", "#2a788e", "#22a884", "#7ad151", "#fde725"];
  const PAIR = { light: ["#00487a", "#5aa5d6", "#d3d7db", "#f0a05a", "#a83f00"], dark: ["#7cc8ff", "#2f7cb0", "#4a525b", "#bf6a22", "#ffb272"] };
  const ramp = (colours) => d3.scale.linear().domain(d3.range(colours.length).map((i) => i / (colours.length - 1))).range(colours).clamp(true);

  function project(places, centres, width, height, homeOnly) {
    const points = places.lon.map((lon, i) => [lon, places.lat[i]]);
    const others = homeOnly ? [] : centres.map((c) => [c.lon, c.lat]);
    const all = points.concat(others);
    const lons = d3.extent(all, (p) => p[0]), lats = d3.extent(all, (p) => p[1]);
    const middle = [(lons[0] + lons[1]) / 2, (lats[0] + lats[1]) / 2], spread = Math.max(lats[1] - lats[0], 1);
    const projection = d3.geo.conicEqualArea().rotate([-middle[0], 0]).center([0, middle[1]])
      .parallels([middle[1] - spread / 3, middle[1] + spread / 3]).scale(1).translate([0, 0]);
    const flat = all.map(projection), xs = d3.extent(flat, (p) => p[0]), ys = d3.extent(flat, (p) => p[1]);
    const margin = 34;
    const scale = Math.min((width - 2 * margin) / Math.max(xs[1] - xs[0], 1e-4), (height - 2 * margin) / Math.max(ys[1] - ys[0], 1e-4));
    const shift = [width / 2 - (xs[0] + xs[1]) / 2 * scale, height / 2 - (ys[0] + ys[1]) / 2 * scale];
    return (lon, lat) => { const p = projection([lon, lat]); return [p[0] * scale + shift[0], p[1] * scale + shift[1]]; };
  }

  function map() {
    const atlas = data.atlas;
    if (!atlas || !atlas.metrics.length) return;
    const part = section("map", "note.map");
    const places = atlas.places, count = places.id.length, steps = atlas.begins.length;
    const state = { metric: 0, world: worlds.length - 1, step: steps - 1, flow: 0, moving: 0, homeOnly: false, here: -1, playing: 0 };
    const values = {};
    const canvas = make("canvas", { id: "map-canvas", tabindex: "0", role: "img", "aria-describedby": "map-said" });
    const tip = make("div", { id: "tip", hidden: "" }), said = make("div", { id: "map-said", class: "sr", "aria-live": "polite" });
    const slider = make("input", { id: "map-time", type: "range", min: 0, max: steps - 1, value: state.step, "aria-label": say("time") });
    const when = make("output", { id: "when", for: "map-time" });
    const play = make("button", { id: "map-play", type: "button" }, say("play"));
    const worldChoices = worlds.map((world) => world.title);
    if (paired) worlds.slice(1).forEach((world) => worldChoices.push(world.title + " " + say("minus") + " " + worlds[0].title));
    const controls = make("div", { class: "controls" },
      choice(say("metric"), atlas.metrics.map((m) => nameOf(m.name)), (i) => { state.metric = i; draw(); }, "map-metric"),
      choice(say("show"), worldChoices, (i) => { state.world = i; draw(); }, "map-world"));
    controls.querySelector("#map-world").value = state.world;
    const flowing = atlas.flows && atlas.flows.arcs.length > 0, hospitals = (flowing && atlas.flows.ends) || [];
    const animate = make("button", { id: "map-animate", type: "button", "aria-pressed": "false" }, say("animate"));
    if (flowing) {
      controls.append(choice(say("flows"), ["flows.off", ...atlas.flows.periods.map((p) => "flows." + p)].map((w) => say(w)), (i) => { state.flow = i; draw(); }, "map-flows"), animate);
    }
    const home = make("input", { type: "checkbox", id: "map-home", onchange: () => { state.homeOnly = home.checked; size(); } });
    if (atlas.centres.length) controls.append(make("label", {}, home, say("home.only")));
    const box = make("div", { id: "map-box" }, canvas, tip);
    const ramps = make("canvas", { width: 180, height: 12 }), low = make("span", {}), high = make("span", {}), what = make("span", {});
    part.append(controls, make("div", { class: "controls" }, play, slider, when), box, make("div", { id: "key" }, what, low, ramps, high), said);
    if (flowing) part.append(make("p", { class: "note" }, say(hospitals.length ? "note.flows.hospitals" : "note.flows", { share: fixed(atlas.flows.share * 100, 0) })));

    const numbersOf = (world) => {
      const key = state.metric + ":" + world;
      if (!values[key]) values[key] = unpack(atlas.metrics[state.metric].values[world], atlas.metrics[state.metric]);
      return values[key];
    };
    const isDifference = () => state.world >= worlds.length;
    const worldShown = () => (isDifference() ? state.world - worlds.length + 1 : state.world);
    function valueAt(i) {
      const at = state.step * count + i, value = numbersOf(worldShown())[at];
      return isDifference() ? value - numbersOf(0)[at] : value;
    }
    // The difference's scale holds for all steps, so that times can be compared.
    const reaches = {};
    function reach() {
      const key = state.metric + ":" + state.world;
      if (reaches[key] === undefined) {
        const a = numbersOf(worldShown()), b = numbersOf(0), all = [];
        for (let i = 0; i < a.length; i += Math.max(1, Math.floor(a.length / 20000))) if (Math.abs(a[i] - b[i]) > 0) all.push(Math.abs(a[i] - b[i]));
        reaches[key] = all.length ? d3.quantile(all.sort(d3.ascending), 0.95) : 1;
      }
      return reaches[key];
    }
    let width = 0, height = 0, at = [], centreAt = [], hospitalAt = [], radius = [], toScreen, labels = [], order = [];
    function size() {
      width = box.clientWidth || 600;
      height = Math.round(Math.max(320, Math.min(640, width * 0.66)));
      const ratio = window.devicePixelRatio || 1;
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      canvas.style.height = height + "px";
      toScreen = project(places, atlas.centres.concat(hospitals), width, height, state.homeOnly);
      at = places.lon.map((lon, i) => toScreen(lon, places.lat[i]));
      centreAt = atlas.centres.map((c) => toScreen(c.lon, c.lat));
      hospitalAt = hospitals.map((c) => toScreen(c.lon, c.lat));
      const most = Math.sqrt(d3.max(places.people) || 1), largest = Math.max(3.2, Math.min(22, 190 / Math.sqrt(count)));
      radius = places.people.map((people) => Math.max(1.6, largest * Math.sqrt(people) / most));
      order = d3.range(count).sort((a, b) => radius[b] - radius[a]);
      labels = groups();
      draw();
    }
    // Provinces by name at the middle of their people; counties themselves when there are few.
    function middles(column) {
      const sums = {};
      places[column].forEach((name, i) => {
        const sum = sums[name] || (sums[name] = [0, 0, 0]), people = Math.max(places.people[i], 1);
        sum[0] += people * at[i][0]; sum[1] += people * at[i][1]; sum[2] += people;
      });
      return Object.entries(sums).map(([name, sum]) => ({ name: name, x: sum[0] / sum[2], y: sum[1] / sum[2] }));
    }
    function groups() {
      const names = count <= 40 ? places.id.map((id, i) => ({ name: zh || !places.name_en[i] ? places.name[i] : places.name_en[i], x: at[i][0], y: at[i][1] - radius[i] - 4 })) : middles("province");
      atlas.centres.forEach((c, i) => { if (atlas.centres.length <= 12) names.push({ name: c.name, x: centreAt[i][0], y: centreAt[i][1] + 19, centre: true }); });
      return names;
    }
    function drawLabels(context) {
      const taken = [];
      context.font = (count <= 40 ? 12 : 11) + "px system-ui, 'Noto Sans CJK SC', sans-serif";
      context.textAlign = "center";
      context.lineWidth = 3;
      labels.forEach((label) => {
        const wide = context.measureText(label.name).width / 2 + 2, x = Math.min(Math.max(label.x, wide), width - wide);
        const y = [0, 14, -14].map((d) => Math.min(Math.max(label.y + d, 12), height - 5)).find((y) => !taken.some((t) => Math.abs(t.y - y) < 13 && Math.abs(t.x - x) < t.wide + wide));
        if (y === undefined) return;
        taken.push({ x: x, y: y, wide: wide });
        context.strokeStyle = css("--land");
        context.strokeText(label.name, x, y);
        context.fillStyle = css(label.centre ? "--soft" : "--ink");
        context.fillText(label.name, x, y);
      });
    }
    const ends = () => {
      const where = {};
      middles("province").forEach((m) => { where[m.name] = [m.x, m.y]; });
      return where;
    };
    const RANK = ["national", "regional", "provincial", "prefecture", "county", "township", "village"];
    function destinations() {
      if (hospitals.length) return (i) => hospitalAt[i];
      const best = {}, provinces = ends();
      atlas.centres.forEach((c, i) => {
        const nearest = c.province;
        if (nearest && (!best[nearest] || RANK.indexOf(c.level) < best[nearest].rank)) best[nearest] = { rank: RANK.indexOf(c.level), at: centreAt[i] };
      });
      return (name) => (best[name] ? best[name].at : provinces[name]);
    }
    function drawFlows(context) {
      let drawn = 0;
      const period = state.flow - 1, to = destinations();
      const most = d3.max(atlas.flows.arcs, (arc) => d3.max(arc.values, (world) => d3.max(world)));
      atlas.flows.arcs.forEach((arc) => {
        const a = at[arc.place], b = to(arc.to), value = arc.values[worldShown()][period];
        if (!a || !b || !(value > 0)) return;
        drawn++;
        const middle = [(a[0] + b[0]) / 2 + (b[1] - a[1]) * 0.22, (a[1] + b[1]) / 2 - (b[0] - a[0]) * 0.22];
        const wide = Math.max(0.5, 8 * Math.sqrt(value / most));
        context.globalAlpha = 0.6;
        context.strokeStyle = css("--w1");
        context.lineWidth = wide;
        context.setLineDash([]);
        context.beginPath();
        context.moveTo(a[0], a[1]);
        context.quadraticCurveTo(middle[0], middle[1], b[0], b[1]);
        context.stroke();
        context.globalAlpha = 1;
        const dots = Math.max(1, Math.round(wide));
        context.fillStyle = css("--ink");
        for (let i = 0; state.moving && i < dots; i++) {
          const t = (state.moving / 2600 + i / dots) % 1, s = 1 - t;
          context.beginPath();
          context.arc(s * s * a[0] + 2 * s * t * middle[0] + t * t * b[0], s * s * a[1] + 2 * s * t * middle[1] + t * t * b[1], 2.6, 0, 7);
          context.fill();
        }
      });
      return drawn;
    }
    function scaleOf() {
      const metric = atlas.metrics[state.metric];
      if (!isDifference()) {
        const paint = ramp(root.dataset.theme === "dark" ? RAMP.slice() : RAMP.slice().reverse()), top = metric.top || metric.most || 1;
        return { paint: paint, unit: (value) => value / top, low: 0, high: top };
      }
      return { paint: ramp(PAIR[root.dataset.theme]), unit: (value) => 0.5 + value / reach() / 2, low: -reach(), high: reach() };
    }
    function drawKey(scale) {
      const context = ramps.getContext("2d"), metric = atlas.metrics[state.metric];
      for (let i = 0; i < 180; i++) { context.fillStyle = scale.paint(i / 179); context.fillRect(i, 0, 1, 12); }
      const unit = isShare(metric.name) ? "" : unitOf(metric.unit);
      what.textContent = nameOf(metric.name) + (unit ? " (" + unit + ")" : "") + (isDifference() ? ", " + say("difference") : "");
      low.textContent = number(scale.low, Math.abs(scale.high) / 50, metric.name);
      high.textContent = "≥ " + number(scale.high, Math.abs(scale.high) / 50, metric.name);
    }
    function draw() {
      const context = canvas.getContext("2d"), ratio = window.devicePixelRatio || 1, scale = scaleOf();
      const edge = css("--paper"), gap = css("--line");
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      let dots = 0;
      context.lineWidth = count > 400 ? 0.4 : 1;
      order.forEach((i) => {
        const value = valueAt(i);
        context.beginPath();
        context.arc(at[i][0], at[i][1], radius[i], 0, 7);
        context.fillStyle = Number.isNaN(value) ? gap : scale.paint(scale.unit(value));
        context.fill();
        context.strokeStyle = edge;
        context.stroke();
        dots++;
      });
      context.fillStyle = css("--ink");
      context.strokeStyle = edge;
      const side = centreAt.length > 60 ? 4 : 8;
      centreAt.forEach((p) => { context.fillRect(p[0] - side / 2, p[1] - side / 2, side, side); if (side > 4) context.strokeRect(p[0] - side / 2, p[1] - side / 2, side, side); });
      const arcs = state.flow > 0 && flowing ? drawFlows(context) : 0;
      drawLabels(context);
      if (state.here >= 0) {
        context.strokeStyle = css("--focus");
        context.lineWidth = 3;
        context.beginPath();
        context.arc(at[state.here][0], at[state.here][1], radius[state.here] + 3, 0, 7);
        context.stroke();
      }
      Object.assign(canvas.dataset, { dots: dots, arcs: arcs, step: state.step, metric: atlas.metrics[state.metric].name, centres: centreAt.length });
      when.textContent = atlas.begins[state.step] + (atlas.group > 1 ? " – " + atlas.ends[state.step] : "");
      canvas.setAttribute("aria-label", nameOf(atlas.metrics[state.metric].name) + ", " + atlas.begins[state.step]);
      drawKey(scale);
    }
    function tell(i) {
      state.here = i;
      tip.hidden = i < 0;
      if (i >= 0) {
        const value = valueAt(i), metric = atlas.metrics[state.metric];
        const text = placeName(i) + (places.province[i] ? ", " + places.province[i] : "") + ": " +
          (Number.isNaN(value) ? say("no.value") : number(value, Math.abs(value) / 50, metric.name) + (isShare(metric.name) ? "" : " " + unitOf(metric.unit))) +
          "; " + fixed(places.people[i], 0) + " " + say("people");
        tip.textContent = text;
        said.textContent = text;
        tip.style.left = Math.min(at[i][0] + 12, Math.max(0, width - 270)) + "px";
        tip.style.top = Math.min(at[i][1] + 12, height - 64) + "px";
      }
      draw();
    }
    function nearest(event) {
      const frame = canvas.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
      let best = -1, far = 18;
      for (let i = 0; i < count; i++) {
        const d = Math.hypot(at[i][0] - x, at[i][1] - y) - radius[i];
        if (d < far) { far = d; best = i; }
      }
      return best;
    }
    function step(to) {
      state.step = (to + steps) % steps;
      slider.value = state.step;
      if (state.here >= 0) tell(state.here); else draw();
    }
    canvas.addEventListener("pointermove", (event) => { const i = nearest(event); if (i !== state.here) tell(i); });
    canvas.addEventListener("pointerdown", (event) => tell(nearest(event)));
    canvas.addEventListener("pointerleave", () => tell(-1));
    canvas.addEventListener("blur", () => tell(-1));
    canvas.addEventListener("keydown", (event) => {
      const act = { ArrowLeft: () => step(state.step - 1), ArrowRight: () => step(state.step + 1),
        ArrowDown: () => tell((state.here + 1) % count), ArrowUp: () => tell((state.here + count - 1) % count), Escape: () => tell(-1) }[event.key];
      if (act) { event.preventDefault(); act(); }
    });
    slider.addEventListener("input", () => step(Number(slider.value)));
    play.addEventListener("click", () => {
      if (state.playing) { clearInterval(state.playing); state.playing = 0; } else state.playing = setInterval(() => step(state.step + 1), 350);
      play.textContent = say(state.playing ? "stop" : "play");
      play.setAttribute("aria-pressed", String(Boolean(state.playing)));
    });
    animate.addEventListener("click", () => {
      state.moving = state.moving ? 0 : 1;
      animate.setAttribute("aria-pressed", String(state.moving > 0));
      if (state.moving && state.flow === 0) { state.flow = atlas.flows.periods.length; controls.querySelector("#map-flows").value = state.flow; }
      const began = performance.now();
      const turn = (now) => { if (!state.moving) { draw(); return; } state.moving = now - began + 1; draw(); requestAnimationFrame(turn); };
      requestAnimationFrame(turn);
    });
    redraws.push(size);
    size();
  }

  // --- Equity and worth

  function equity() {
    if (!data.lorenz) return;
    const part = section("equity", "note.lorenz"), two = make("div", { class: "two" });
    part.append(legend(), two);
    const left = make("div", {}), right = make("div", {});
    two.append(left, right);
    chart(left, 340, (svg, width, height) => {
      const side = Math.min(width - 60, height - 70), box = { left: 50, right: 50 + side, top: 20, bottom: 20 + side };
      const x = d3.scale.linear().range([box.left, box.right]), y = d3.scale.linear().range([box.bottom, box.top]);
      const percent = (v) => fixed(v * 100, 0) + "%";
      axes(svg, x, y, box, percent, percent, say("share.people"), say("share.treated"));
      svg.append("line").attr({ class: "zero", x1: x(0), y1: y(0), x2: x(1), y2: y(1) });
      data.lorenz.forEach((curve, i) => svg.append("path").attr({ class: "curve", "stroke-dasharray": dash(i) }).style("stroke", colour(i))
        .attr("d", d3.svg.line().x((d, j) => x(curve.x[j])).y((d, j) => y(curve.y[j]))(curve.x)));
    }, say("equity"));
    right.append(table([say("world"), say("gini")], worlds.map((world, i) => [world.title,
      data.lorenz[i].gini ? number(data.lorenz[i].gini.mean, data.lorenz[i].gini.half) + plusMinus(data.lorenz[i].gini.half) : "–"]), [1]));
  }
  function verdict(row) {
    const [averted, cost] = row.mean;
    if (averted >= 0 && cost <= 0) return say("dominates");
    if (averted <= 0 && cost >= 0) return say("dominated");
    return averted > 0 ? say("icer") + ": " + fixed(cost / averted, 0) + " " + unitOf("CNY") : say("saves");
  }
  function worth() {
    if (!data.worth) return;
    const bootstrapped = Boolean(data.worth[0].chance);
    const part = section("worth", bootstrapped ? "note.worth.chance" : "note.worth", { perspective: data.worth[0].perspective || "" }), two = make("div", { class: "two" });
    data.worth.forEach((row) => part.append(make("p", {}, make("strong", {}, row.label + ": "), verdict(row))));
    part.append(two);
    const left = make("div", {}), right = make("div", {});
    two.append(left, right);
    const hue = (row) => colour(worlds.findIndex((world) => world.label === row.label));
    chart(left, 330, (svg, width, height) => {
      const box = { left: 66, right: width - 14, top: 26, bottom: height - 46 };
      const wide = (values) => { const [a, b] = d3.extent(values.concat([0])); const m = (b - a || 1) * 0.08; return [a - m, b + m]; };
      const x = d3.scale.linear().domain(wide(d3.merge(data.worth.map((r) => r.averted)))).range([box.left, box.right]);
      const y = d3.scale.linear().domain(wide(d3.merge(data.worth.map((r) => r.cost)))).range([box.bottom, box.top]);
      axes(svg, x, y, box, compact, compact, say("averted"), say("cost.more"));
      svg.append("line").attr({ class: "zero", x1: x(0), x2: x(0), y1: box.top, y2: box.bottom });
      svg.append("line").attr({ class: "zero", x1: box.left, x2: box.right, y1: y(0), y2: y(0) });
      data.worth.forEach((row) => {
        row.averted.forEach((value, i) => svg.append("circle").attr({ cx: x(value), cy: y(row.cost[i]), r: 3.5, opacity: 0.55 }).style("fill", hue(row)));
        if (row.half[0] !== null) {
          svg.append("line").attr({ x1: x(row.mean[0] - row.half[0]), x2: x(row.mean[0] + row.half[0]), y1: y(row.mean[1]), y2: y(row.mean[1]), "stroke-width": 2.5 }).style("stroke", "var(--ink)");
          svg.append("line").attr({ y1: y(row.mean[1] - row.half[1]), y2: y(row.mean[1] + row.half[1]), x1: x(row.mean[0]), x2: x(row.mean[0]), "stroke-width": 2.5 }).style("stroke", "var(--ink)");
        }
      });
    }, say("worth"));
    chart(right, 330, (svg, width, height) => {
      const box = { left: 50, right: width - 14, top: 26, bottom: height - 46 };
      const top = bootstrapped ? d3.max(data.worth[0].prices) : 300000, threshold = data.worth[0].threshold;
      const x = d3.scale.linear().domain([0, top]).range([box.left, box.right]), y = d3.scale.linear().range([box.bottom, box.top]);
      axes(svg, x, y, box, compact, (v) => fixed(v * 100, 0) + "%", say("price.daly"), say(bootstrapped ? "chance.worth" : "share.worth"));
      if (bootstrapped && threshold !== null) {
        svg.append("line").attr({ class: "zero", "stroke-dasharray": "2 3", x1: x(threshold), x2: x(threshold), y1: box.top, y2: box.bottom });
        svg.append("text").attr({ x: x(threshold) + 5, y: box.bottom - 6 }).text(compact(threshold));
      }
      if (bootstrapped) data.worth.forEach((row) => svg.append("path").attr("class", "curve").style("stroke", hue(row))
        .attr("d", d3.svg.line().x((price) => x(price)).y((price, i) => y(row.chance[i]))(row.prices)));
      else data.worth.forEach((row) => svg.append("path").attr("class", "curve").style("stroke", hue(row)).attr("d", d3.svg.line()
        .x((price) => x(price)).y((price) => y(row.averted.filter((averted, i) => averted * price > row.cost[i]).length / row.averted.length))(d3.range(0, top + 1, 2000))));
    }, say("share.worth"));
  }

  // --- Studies: what factors do

  const ROW = 34;
  function bars(svg, width, rows, value, xLabel) {
    const box = { left: Math.min(230, width * 0.4), right: width - 16, top: 8, bottom: rows.length * ROW + 8 };
    const ends = d3.merge(rows.map((row) => d3.merge(row.bars.map((bar) => [0, bar.value, bar.low, bar.high])))).filter((v) => v !== null && v !== undefined);
    const reach = d3.extent(ends), pad = (reach[1] - reach[0] || 1) * 0.06;
    const x = d3.scale.linear().domain([reach[0] < 0 ? reach[0] - pad : 0, reach[1] > 0 ? reach[1] + pad : 0]).range([box.left, box.right]);
    x.ticks(Math.max(3, Math.floor((box.right - box.left) / 90))).forEach((tick) => {
      svg.append("line").attr({ class: "gridline", x1: x(tick), x2: x(tick), y1: box.top, y2: box.bottom });
      svg.append("text").attr({ x: x(tick), y: box.bottom + 18, "text-anchor": "middle" }).text(value(tick));
    });
    rows.forEach((row, i) => {
      const middle = box.top + (i + 0.5) * ROW;
      const name = svg.append("text").attr({ class: "strong", x: box.left - 8, y: middle + 4, "text-anchor": "end" }).text(row.name);
      const room = Math.floor((box.left - 8) / 6.6);
      if (row.name.length > room) { name.text(row.name.slice(0, room - 1) + "…"); name.append("title").text(row.name); }
      row.bars.forEach((bar, j) => {
        if (bar.value === null) return;
        const y = middle - 12 + j * 12;
        svg.append("rect").attr({ x: Math.min(x(0), x(bar.value)), width: Math.max(1, Math.abs(x(bar.value) - x(0))), y: y, height: 11 })
          .style({ fill: colour(j), "fill-opacity": j ? 1 : 0.8 }).append("title").text(bar.label + ": " + value(bar.value));
        if (bar.low !== null && bar.low !== undefined) svg.append("line").attr({ x1: x(bar.low), x2: x(bar.high), y1: y + 5.5, y2: y + 5.5, "stroke-width": 1.6 }).style("stroke", "var(--ink)");
      });
    });
    svg.append("line").attr({ class: "zero", x1: x(0), x2: x(0), y1: box.top, y2: box.bottom });
    if (xLabel) svg.append("text").attr({ x: box.right, y: box.bottom + 36, "text-anchor": "end" }).text(xLabel);
  }
  const interval = (pair) => ({ low: pair ? pair[0] : null, high: pair ? pair[1] : null });
  function barRows(response, names) {
    if (response.tornado) return response.tornado.map((row) => ({ name: names[row.factor], bars: ["low", "high"].map((end) =>
      Object.assign({ label: row[end], value: row[end + "_difference"].mean }, interval(row[end + "_difference"].ci95))) }));
    return response.indices.map((row) => ({ name: names[row.factor], bars: ["first", "total"].map((end) =>
      Object.assign({ label: say("index." + end), value: row[end] }, interval(row[end + "_ci95"]))) }));
  }
  function barTable(response, names) {
    if (response.tornado) return table([say("factor"), say("low.value"), say("difference"), say("high.value"), say("difference")], response.tornado.map((row) => {
      const cell = (d) => signed(d.mean, d.ci95 ? (d.ci95[1] - d.ci95[0]) / 2 : null) + (d.ci95 ? plusMinus((d.ci95[1] - d.ci95[0]) / 2) : "");
      return [names[row.factor], row.low, cell(row.low_difference), row.high, cell(row.high_difference)];
    }), [1, 2, 3, 4]);
    const share = (v, pair) => (v === null ? "–" : fixed(v, 2) + (pair ? " (" + fixed(pair[0], 2) + " – " + fixed(pair[1], 2) + ")" : ""));
    return table([say("factor"), say("index.first"), say("index.total")], response.indices.map((row) => [names[row.factor], share(row.first, row.first_ci95), share(row.total, row.total_ci95)]), [1, 2]);
  }
  // Means of the points by level of the factor, or by tenths of them.
  function summary(points) {
    const sorted = points.slice().sort((a, b) => a.x - b.x), levels = new Set(sorted.map((p) => p.x));
    const groups = levels.size <= 12 ? Array.from(levels, (x) => sorted.filter((p) => p.x === x))
      : d3.range(10).map((i) => sorted.slice(Math.floor(i * sorted.length / 10), Math.floor((i + 1) * sorted.length / 10))).filter((g) => g.length);
    return groups.map((group) => ({ x: d3.mean(group, (p) => p.x), y: d3.mean(group, (p) => p.y) }));
  }
  function responseOver(svg, width, height, response, factor) {
    const points = response.mean.map((y, i) => ({ x: factor.values[i], y: y, half: response.half[i] || 0 })).filter((p) => p.x !== null && p.y !== null);
    if (!points.length) return 0;
    const box = { left: 66, right: width - 14, top: 26, bottom: height - 46 };
    const wide = (low, high) => { const m = (high - low || Math.abs(high) || 1) * 0.05; return [low - m, high + m]; };
    const x = d3.scale.linear().domain(wide(d3.min(points, (p) => p.x), d3.max(points, (p) => p.x))).range([box.left, box.right]);
    const y = d3.scale.linear().domain(wide(d3.min(points, (p) => p.y - p.half), d3.max(points, (p) => p.y + p.half))).range([box.bottom, box.top]);
    axes(svg, x, y, box, compact, compact, factor.name + (factor.form && factor.form !== "{}" ? " (" + factor.form.replace("{}", "").trim() + ")" : ""), null);
    points.forEach((p) => {
      if (points.length <= 300) svg.append("line").attr({ x1: x(p.x), x2: x(p.x), y1: y(p.y - p.half), y2: y(p.y + p.half), opacity: 0.45 }).style("stroke", colour(0));
      svg.append("circle").attr({ class: "point", cx: x(p.x), cy: y(p.y), r: points.length > 300 ? 1.8 : 3, opacity: 0.6 }).style("fill", colour(0));
    });
    svg.append("path").attr({ class: "curve", d: d3.svg.line().x((p) => x(p.x)).y((p) => y(p.y))(summary(points)) }).style("stroke", colour(1));
    return points.length;
  }
  function study(part, one, number) {
    const names = {}, kind = one.responses.length && one.responses[0].tornado ? "tornado" : one.responses.length && one.responses[0].indices ? "sobol" : "response";
    one.factors.forEach((factor) => { names[factor.id] = factor.name; });
    part.append(make("h3", {}, one.title || one.label), make("p", { class: "note" }, say("note." + kind, { points: one.points, n: one.replications })));
    const state = { response: 0, factor: 0 }, box = make("div", { class: "study", "data-kind": kind });
    const about = (r) => nameOf(r.metric) + (unitOf(r.unit) ? " (" + unitOf(r.unit) + ")" : "") + (r.base ? ": " + r.scenario + " − " + r.base : one.responses.some((o) => o.scenario !== r.scenario) ? ": " + r.scenario : "");
    const controls = make("div", { class: "controls" }, choice(say("metric"), one.responses.map(about), (i) => { state.response = i; draw(); }, "study-metric-" + number));
    if (kind === "response") controls.append(choice(say("factor"), one.factors.map((f) => f.name), (i) => { state.factor = i; draw(); }, "study-factor-" + number));
    else controls.append(make("div", { class: "legend" }, (kind === "tornado" ? ["low.value", "high.value"] : ["index.first", "index.total"]).map((word, i) => make("span", { style: "--c:" + colour(i) }, say(word)))));
    part.append(controls, box);
    function draw() {
      const response = one.responses[state.response];
      box.textContent = "";
      if (kind === "response") { chart(box, 330, (svg, width, height) => responseOver(svg, width, height, response, one.factors[state.factor]), about(response)); return; }
      const rows = barRows(response, names);
      chart(box, rows.length * ROW + 48, (svg, width) => bars(svg, width, rows, kind === "tornado" ? compact : (v) => fixed(v, 1), kind === "tornado" ? about(response) : say("share.variance")), about(response));
      box.append(barTable(response, names));
    }
    draw();
  }
  function studies() {
    if (!data.studies || !data.studies.length) return;
    const part = section("studies");
    data.studies.forEach((one, i) => { if (one.responses.length) study(part, one, i); });
  }

  // --- How it was made

  function sheet(items) {
    const box = make("div", {});
    items.forEach((item) => {
      box.append(make("h3", {}, item.item + " " + item.title));
      item.text.forEach((line) => box.append(make("p", { class: "note" }, line)));
      if (item.missing) box.append(make("p", { class: "missing" }, say("not.said") + ": " + item.missing));
      if (item.rows.length) box.append(table(item.columns, item.rows, []));
    });
    return box;
  }
  function folded(title, build) {
    const details = make("details", {}, make("summary", {}, title));
    const fill = () => { if (details.children.length === 1) details.append(build()); };
    details.addEventListener("toggle", () => { if (details.open) fill(); });
    details.unfold = () => { fill(); details.open = true; };
    return details;
  }
  function about() {
    const part = section("about");
    if (data.about.length) part.append(table([say("file"), say("scenario"), say("seed"), say("replications"), say("start"), say("warmup"), say("version")],
      data.about.map((world) => [world.file, world.scenario, world.seed, String(world.replications), world.start, String(world.warmup_days), world.version]), [3, 5]));
    data.about.forEach((world) => {
      const name = data.about.length > 1 ? " · " + world.label : "";
      if (world.sheet) {
        const details = folded(say("sheet") + name, () => sheet(world.sheet.items));
        details.className = "sheet";
        part.append(details);
      }
      if (world.text) part.append(folded(say("text") + name, () => make("pre", {}, world.text)));
    });
    part.append(folded(say("licence"), () => make("pre", {}, data.licence)));
    // On paper: the last world's description, and dark ink on white whatever the screen shows.
    let theme = null;
    addEventListener("beforeprint", () => {
      Array.from(part.querySelectorAll("details.sheet")).slice(-1).forEach((details) => details.unfold());
      theme = root.dataset.theme;
      root.dataset.theme = "light";
      if (theme !== "light") redraws.forEach((redraw) => redraw());
    });
    addEventListener("afterprint", () => {
      if (theme === null || theme === root.dataset.theme) return;
      root.dataset.theme = theme;
      redraws.forEach((redraw) => redraw());
    });
  }

  [headlines, targets, differences, series, map, equity, worth, studies, about].forEach((build) => build());
  let waiting = 0, wide = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === wide) return;
    wide = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(() => redraws.forEach((redraw) => redraw()), 120);
  });
  root.dataset.ready = String(Math.round(performance.now()));
})();
