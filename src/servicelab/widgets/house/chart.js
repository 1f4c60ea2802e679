// The chart grammar. A chart is two axes and layers of marks, drawn in the order in which they are given:
//
//   { x: { label, min, max }, y: { names }, layers: [{ bars: [{ x, y, label }], color: 1 }, …], legend, alt }
//
// A layer has one family of marks (the keys of FAMILIES); what its rows have in common stands beside them, and a row may say
// otherwise. `names` makes a category axis, one band a name. Margins follow from the words that have to fit, so a chart
// says nothing about its size but its `height`, or the `band` of its names. Python's side of it is chart.py.
const charts = (() => {
  const { h, s, id, same } = elements;
  const TOP = 14;
  const BOTTOM = 46;
  const LINE = 15;
  const RULE = "5 4";

  // ---------------------------------------------------------------- words: how wide they are, and where they break
  // Measured beside the page, which need not lay itself out for it; a picture is drawn at every move of a slider.
  const [PLAIN, STRONG, AXIS] = ["12px", "bold 12px", "600 12.5px"];
  const known = new Map();
  let pen = null;
  let family = "";
  function textWidth(text, font = PLAIN) {
    const key = `${font}|${text}`;
    if (known.has(key)) return known.get(key);
    if (!pen) {
      pen = document.createElement("canvas").getContext("2d");
      family = getComputedStyle(document.body).getPropertyValue("--jp-ui-font-family") || "system-ui, sans-serif";
    }
    pen.font = `${font} ${family}`;
    const width = pen.measureText(String(text)).width;
    if (known.size > 2000) known.clear();
    known.set(key, width);
    return width;
  }
  const widest = (texts, font) => Math.max(0, ...texts.map((text) => textWidth(text, font)));

  // Between words, and between Chinese characters; closing marks stay with what they close.
  const PIECES = /[（“《]?[\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60][，。、；：）”》]*\s*|[^\s\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60]+\s*|\s+/g;
  function filled(text, room, font) {
    const lines = [""];
    for (const piece of String(text).match(PIECES) || []) {
      const last = lines[lines.length - 1];
      if (last && textWidth((last + piece).trimEnd(), font) > room) lines.push(piece);
      else lines[lines.length - 1] = last + piece;
    }
    return lines.map((line) => line.trim());
  }
  // As few lines as fit the room, and those of much the same length.
  function broken(text, room, font) {
    const lines = filled(text, room, font);
    if (lines.length === 1) return lines;
    const even = filled(text, Math.min(room, (1.15 * textWidth(text, font)) / lines.length), font);
    return even.length === lines.length ? even : lines;
  }
  // One line is the text itself; several stand below each other.
  function words(lines, at, attrs) {
    if (lines.length === 1) return s("text", { ...attrs, ...at, text: lines[0] });
    return s("text", { ...attrs, ...at }, lines.map((text, i) => s("tspan", { x: at.x ?? 0, dy: i ? LINE : 0, text })));
  }

  // ---------------------------------------------------------------- axes
  function ticks(min, max, count) {
    const raw = (max - min) / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= raw * 0.999);
    const out = [];
    for (let v = Math.ceil(min / step - 1e-9) * step; v <= max + step * 1e-9; v += step) out.push(+v.toFixed(10));
    return out;
  }
  function axis(a, from, to) {
    if (a.names) {
      const band = (to - from) / a.names.length;
      return { at: (v) => from + (v + 0.5) * band, band: Math.abs(band), ticks: a.names.map((_, i) => i), show: (v) => a.names[v] };
    }
    const at = (v) => from + ((v - a.min) / (a.max - a.min || 1)) * (to - from);
    const shown = a.ticks || ticks(a.min, a.max, Math.abs(to - from) / (a.every || 70));
    return { at, band: 0, ticks: shown, show: a.format || ((v) => String(v)) };
  }
  // Of ticks that were asked for, as many as can be read; months and quarters keep to the year.
  function legible({ ticks: all, show }, room) {
    const need = ((widest(all.map(show)) + 16) * all.length) / room;
    const step = [1, 2, 3, 4, 6, 12, 24].find((n) => n >= need) ?? Math.ceil(need);
    return all.filter((_, i) => i % step === 0);
  }
  function drawAxes(spec, X, Y, frame) {
    const { x0, x1, y0, y1, width, tall, nameRoom, xLabel, yLabel } = frame;
    const base = s("g", {});
    for (const v of Y.ticks) {
      const y = Y.at(v);
      if (!spec.y.names) base.append(s("line", { x1: x0, x2: x1, y1: y, y2: y, class: "sl-grid" }));
      const lines = spec.y.names ? broken(Y.show(v), nameRoom) : [Y.show(v)];
      base.append(words(lines, { x: x0 - 8, y: y + 4 - ((lines.length - 1) * LINE) / 2 }, { class: "sl-tick", "text-anchor": "end" }));
    }
    for (const v of spec.x.names ? X.ticks : legible(X, x1 - x0)) {
      const x = X.at(v);
      if (!spec.x.names) base.append(s("line", { x1: x, x2: x, y1: y0, y2: y1, class: "sl-grid" }));
      base.append(s("text", { x, y: y0 + 17, class: "sl-tick", "text-anchor": "middle", text: X.show(v) }));
    }
    base.append(s("path", { d: `M${x0} ${y1}V${y0}H${x1}`, class: "sl-axis" }));
    // Under the middle of the axis, unless the page would cut it off there.
    const half = widest(xLabel, AXIS) / 2;
    const middle = Math.max(half, Math.min((x0 + x1) / 2, width - half));
    base.append(words(xLabel, { x: middle, y: tall - 8 - (xLabel.length - 1) * LINE }, { class: "sl-label", "text-anchor": "middle" }));
    const turned = `translate(13 ${(y0 + y1) / 2}) rotate(-90)`;
    if (spec.y.label) base.append(words(yLabel, {}, { transform: turned, class: "sl-label", "text-anchor": "middle" }));
    return base;
  }

  // ---------------------------------------------------------------- marks
  const SHAPES = {
    circle: (r) => s("circle", { r }),
    square: (r) => s("rect", { x: -r * 0.9, y: -r * 0.9, width: r * 1.8, height: r * 1.8 }),
    triangle: (r) => s("path", { d: `M0 ${-r * 1.2}L${r * 1.1} ${r * 0.8}H${-r * 1.1}Z` }),
    diamond: (r) => s("path", { d: `M0 ${-r * 1.3}L${r * 1.3} 0L0 ${r * 1.3}L${-r * 1.3} 0Z` }),
    down: (r) => s("path", { d: `M0 ${r * 1.2}L${r * 1.1} ${-r * 0.8}H${-r * 1.1}Z` }),
    cross: (r) => s("path", { d: `M${-r} 0H${r}M0 ${-r}V${r}`, class: "sl-stroke" }),
  };
  const symbol = (shape, color, r = 6) => {
    const mark = (SHAPES[shape] || SHAPES.circle)(r);
    mark.classList.add("sl-dot", `sl-c${color || 1}`);
    return mark;
  };
  function swatch({ shape, color, dash, line, rule, hollow, faint }) {
    const mark = rule ? s("path", { d: "M-10 0H10", class: "sl-rule", "stroke-dasharray": RULE })
      : line || dash
      ? s("path", { d: "M-10 0H10", class: `sl-line sl-c${color || 1}`, "stroke-width": 2.5, "stroke-dasharray": dash })
      : symbol(shape || "square", color, 6);
    const over = line && shape ? symbol(shape, color, 4) : null;
    if (hollow) (over || mark).classList.add("sl-hollow");
    if (faint) mark.classList.add("sl-faint");
    return s("svg", { width: 24, height: 16, viewBox: "-12 -8 24 16", "aria-hidden": "true" }, mark, over);
  }

  const color = (m) => `sl-c${m.color || 1}${m.faint ? " sl-faint" : ""}`;
  const label = (at, text, strong) => s("text", { ...at, class: `sl-tick sl-halo${strong ? " sl-strong" : ""}`, text });

  // Each draws one mark `m` on the page `p`: X and Y (the axes), frame, and where things go: `under` ends at the frame,
  // `shapes` and `texts` may stand on it. `taken` is where no label of a dot may stand.
  const FAMILIES = {
    // x0 … x1, y0 … y1: a part of the plane, with its name in a `corner`.
    zones(m, p) {
      const [x0, x1, y0, y1] = [p.X.at(m.x0), p.X.at(m.x1), p.Y.at(m.y1), p.Y.at(m.y0)];
      const at = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
      p.under.append(s("rect", { ...at, class: `sl-zone ${m.color ? color(m) : ""}` }));
      if (!m.label || at.width <= textWidth(m.label, STRONG) + 8 || at.height <= 18) return;
      const end = m.corner?.includes("right");
      const x = end ? at.x + at.width - 6 : at.x + 6;
      const y = m.corner?.includes("bottom") ? at.y + at.height - 7 : at.y + 15;
      p.texts.append(s("text", { x, y, class: "sl-zone-label", "text-anchor": end ? "end" : "start", text: m.label }));
      const w = textWidth(m.label, STRONG);
      p.taken.push([end ? x - w : x, y - 12, end ? x : x + w, y + 3]);
    },
    // points [[x, low, high], …]: how far a line may be off.
    bands(m, p) {
      const edge = [...m.points.map(([x, , high]) => [x, high]), ...m.points.map(([x, low]) => [x, low]).reverse()];
      p.under.append(s("path", { d: p.path(edge) + "Z", class: `sl-band ${color(m)}` }));
    },
    // points [[x, y], …], `end`: a name at its end, where there is room.
    lines(m, p) {
      p.under.append(s("path", { d: p.path(m.points), class: `sl-line ${color(m)}`, "stroke-dasharray": m.dash, "stroke-width": m.width || 2 }));
    },
    // xlo … xhi, ylo … yhi around x, y: what a sample leaves open.
    intervals(m, p) {
      const [x, y] = p.place(m);
      let d = "";
      if (m.xlo !== undefined) d += `M${p.X.at(m.xlo)} ${y - 4}v8M${p.X.at(m.xlo)} ${y}H${p.X.at(m.xhi)}m0 -4v8`;
      if (m.ylo !== undefined) d += `M${x - 4} ${p.Y.at(m.ylo)}h8M${x} ${p.Y.at(m.ylo)}V${p.Y.at(m.yhi)}m-4 0h8`;
      p.under.append(s("path", { d, class: `sl-line ${color(m)}`, "stroke-width": m.width || 1.5 }));
    },
    // From `start` (0) to the value, along the axis that has no names; `shift` and `thick` in shares of a band. A label
    // stands at its end, or beyond the interval that ends at `clear`.
    bars(m, p) {
      const flat = p.spec.y.names !== undefined;
      const [a, b] = flat ? [p.X.at(m.start || 0), p.X.at(m.x)] : [p.Y.at(m.start || 0), p.Y.at(m.y)];
      const band = flat ? p.Y.band : p.X.band || 12;
      const thick = band * (m.thick || 0.62);
      const middle = (flat ? p.Y.at(m.y) : p.X.at(m.x)) + (m.shift || 0) * band;
      const box = flat
        ? { x: Math.min(a, b), y: middle - thick / 2, width: Math.abs(b - a), height: thick }
        : { x: middle - thick / 2, y: Math.min(a, b), width: thick, height: Math.abs(b - a) };
      p.shapes.append(s("rect", { ...box, class: `sl-bar ${color(m)}` }));
      if (!m.label) return;
      const end = m.clear === undefined ? Math.max(a, b) : Math.max(a, b, p.X.at(m.clear));
      p.texts.append(label(flat ? { x: end + 5, y: middle + 4 } : { x: middle, y: Math.min(a, b) - 5, "text-anchor": "middle" }, m.label));
    },
    // A line through the whole plane, at x or at y.
    rules(m, p) {
      const { x0, x1, y0, y1 } = p.frame;
      const d = m.x !== undefined ? `M${p.X.at(m.x)} ${y0}V${y1}` : `M${x0} ${p.Y.at(m.y)}H${x1}`;
      p.shapes.append(s("path", { d, class: "sl-rule", "stroke-dasharray": RULE }));
      // A label stands above or below a line, not on it.
      if (m.x === undefined) p.taken.push([x0, p.Y.at(m.y) - 1, x1, p.Y.at(m.y) + 1]);
    },
    // `label` where it finds a free place, `title` on pointing, `pick` on a click (never the only way to it).
    dots(m, p) {
      const mark = symbol(m.shape, m.color, m.r);
      const [x, y] = p.place(m);
      mark.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      // What lies beyond the frame stands at its edge, with an arrow to where it is.
      const [right, up] = [p.spec.x.names ? 0 : (m.x > p.spec.x.max) - (m.x < p.spec.x.min), p.spec.y.names ? 0 : (m.y > p.spec.y.max) - (m.y < p.spec.y.min)];
      const way = "M-4 4L0 -3L4 4Z";
      if (right) p.shapes.append(s("path", { d: way, class: `sl-beyond ${color(m)}`, transform: `translate(${x + right * 15} ${y}) rotate(${90 * right})` }));
      if (up) p.shapes.append(s("path", { d: way, class: `sl-beyond ${color(m)}`, transform: `translate(${x} ${y - up * 15}) rotate(${up > 0 ? 0 : 180})` }));
      if (m.hollow) mark.classList.add("sl-hollow");
      if (m.faint) mark.classList.add("sl-faint");
      if (m.pick) {
        mark.classList.add("sl-pick");
        mark.addEventListener("click", m.pick);
      }
      if (m.title) mark.append(s("title", { text: m.title }));
      p.shapes.append(mark);
    },
    // Words at a place, dx and dy pixels from it.
    notes(m, p) {
      const at = { x: p.X.at(m.x) + (m.dx || 0), y: p.Y.at(m.y) + (m.dy || 0), "text-anchor": m.anchor || "start" };
      p.texts.append(label(at, m.text, m.strong));
      const w = textWidth(m.text, m.strong ? STRONG : PLAIN);
      const from = at.x - { start: 0, middle: w / 2, end: w }[at["text-anchor"]];
      p.taken.push([from, at.y - 11, from + w, at.y + 3]);
    },
  };

  // Labels of dots last and the important ones first: one that finds no free place is left to the table.
  function placeLabels(dots, p) {
    const { x0, y0, width } = p.frame;
    const free = (box) =>
      box[0] >= x0 - 4 && box[2] <= width + 3 && box[1] >= 0 && box[3] <= y0 + 4 &&
      !p.taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]);
    for (const m of dots.filter((one) => one.label).sort((a, b) => (b.bold ? 1 : 0) - (a.bold ? 1 : 0))) {
      const [x, y] = p.place(m);
      const w = textWidth(m.label, m.bold ? STRONG : PLAIN) + 2;
      const box = (tx, ty, anchor) => {
        const from = anchor === "start" ? tx : anchor === "end" ? tx - w : tx - w / 2;
        return [from, ty - 11, from + w, ty + 3];
      };
      const places = [[x + 10, y + 4, "start"], [x - 10, y + 4, "end"], [x, y - 11, "middle"], [x, y + 20, "middle"], [x + 8, y - 9, "start"], [x + 8, y + 16, "start"], [x - 8, y - 9, "end"], [x - 8, y + 16, "end"]];
      // What must be named is named, below its dot and within the page.
      const inside = Math.max(w / 2, Math.min(x, width - w / 2));
      const found = places.find((one) => free(box(...one))) || (m.bold ? [inside, y + 20, "middle"] : null);
      if (!found) continue;
      p.taken.push(box(...found));
      p.texts.append(label({ x: found[0], y: found[1], "text-anchor": found[2] }, m.label, m.bold));
    }
  }
  // Names at the ends of lines, moved apart until none touches another.
  function nameEnds(lines, p) {
    const ends = lines.map((m) => ({ m, x: p.X.at(m.points.at(-1)[0]), y: p.Y.at(m.points.at(-1)[1]) })).sort((a, b) => b.y - a.y);
    ends.forEach((e, i) => { if (i) e.y = Math.min(e.y, ends[i - 1].y - LINE); });
    let above = p.frame.y1;
    for (const e of [...ends].reverse()) { e.y = Math.max(e.y, above); above = e.y + LINE; }
    for (const e of ends) p.texts.append(label({ x: e.x + 10, y: e.y + 4 }, e.m.end, e.m.strong));
  }

  // Every mark with its family and all that it is, in the order of the layers.
  function marksOf(layers) {
    return layers.flatMap((layer) => {
      const family = Object.keys(FAMILIES).find((name) => name in layer);
      if (!family) throw new Error(`no family of marks: ${Object.keys(layer).join(", ")}`);
      const { [family]: rows, ...look } = layer;
      return rows.map((row) => ({ ...look, ...row, family }));
    });
  }

  // ---------------------------------------------------------------- a chart
  function chart({ height = 280 } = {}) {
    const plot = s("svg", { role: "img", class: "sl-chart" });
    const legend = h("ul", { class: "sl-legend" });
    const figure = h("figure", { class: "sl-figure" }, plot, legend);
    let spec = null;
    let drawn = 0;
    // Known from the observer: asking the page for it while drawing would make it lay everything out once more.
    let room = 0;

    // Where the frame stands: every margin is as wide as what is written in it.
    function measure(marks, width) {
      const of = (family) => marks.filter((m) => m.family === family);
      const ends = width > 520 ? of("lines").filter((m) => m.end && m.points.length) : [];
      const valued = spec.y.names ? widest(of("bars").map((m) => m.label || "")) : 0;
      const right = Math.max(16, valued && valued + 12, ends.length && widest(ends.map((m) => m.end), STRONG) + 16);
      const xLabel = broken(spec.x.label || "", width, AXIS);
      const bottom = BOTTOM + (xLabel.length - 1) * LINE;
      const inner = spec.y.names ? (spec.y.band || 34) * spec.y.names.length : (spec.height || height) - TOP - BOTTOM;
      const tall = TOP + inner + bottom;
      const yLabel = broken(spec.y.label || "", inner, AXIS);
      const nameRoom = Math.min(width * 0.4, spec.y.names ? widest(spec.y.names) : 0) + 1;
      const scale = spec.y.names ? null : axis(spec.y, inner, 0);
      const left = (spec.y.names ? nameRoom + 15 : Math.max(52, widest(scale.ticks.map(scale.show)) + 32)) + (yLabel.length - 1) * LINE;
      return { width, tall, ends, nameRoom, xLabel, yLabel, x0: Math.round(left), x1: width - Math.round(right), y0: tall - bottom, y1: TOP };
    }

    function render() {
      const width = Math.max(200, Math.floor(room || figure.clientWidth || 560));
      drawn = width;
      const marks = marksOf(spec.layers);
      const frame = measure(marks, width);
      const X = axis(spec.x, frame.x0, frame.x1);
      const Y = axis(spec.y, frame.y0, frame.y1);
      const clip = id();
      const within = { x: frame.x0, y: frame.y1, width: Math.max(0, frame.x1 - frame.x0), height: Math.max(0, frame.y0 - frame.y1) };
      const p = {
        spec, frame, X, Y,
        under: s("g", { "clip-path": `url(#${clip})` }), shapes: s("g", {}), texts: s("g", {}), taken: [],
        // Where a mark stands: `shift` moves it within the band of its name.
        place: (m) => {
          const edge = (at, a, low, high) => (a.names || m.family !== "dots" ? at : at < low - 0.5 ? low + 12 : at > high + 0.5 ? high - 12 : at);
          return [edge(X.at(m.x), spec.x, frame.x0, frame.x1), edge(Y.at(m.y), spec.y, frame.y1, frame.y0) + (m.shift || 0) * Y.band];
        },
        path: (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${X.at(x).toFixed(1)} ${Y.at(y).toFixed(1)}`).join(""),
      };
      const dots = marks.filter((m) => m.family === "dots");
      for (const m of dots.filter((one) => !one.faint)) {
        const [x, y] = p.place(m);
        p.taken.push([x - 7, y - 7, x + 7, y + 7]);
      }
      for (const m of marks) FAMILIES[m.family](m, p);
      nameEnds(frame.ends, p);
      placeLabels(dots, p);
      plot.setAttribute("viewBox", `0 0 ${width} ${frame.tall}`);
      plot.setAttribute("width", width);
      plot.setAttribute("height", frame.tall);
      plot.setAttribute("aria-label", spec.alt || "");
      plot.replaceChildren(s("clipPath", { id: clip }, s("rect", within)), drawAxes(spec, X, Y, frame), p.under, p.shapes, p.texts);
    }
    new ResizeObserver(([entry]) => {
      room = entry.contentRect.width;
      if (spec && room > 0 && Math.abs(room - drawn) > 1) render();
    }).observe(figure);
    let keys = null;
    return {
      el: figure,
      draw(next) {
        spec = next;
        if (!same(next.legend || [], keys)) {
          keys = next.legend || [];
          legend.replaceChildren(...keys.map((k) => h("li", {}, swatch(k), k.text)));
          legend.hidden = !keys.length;
        }
        render();
      },
    };
  }

  return { chart, symbol, swatch };
})();
