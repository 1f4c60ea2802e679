// The house's client side: labelled native inputs, SVG charts, one live summary. No imports, no build step.
// A view file follows it in the same module: `export default house.view((ui) => (state) => …)`.
const house = (() => {
  const unique = "sl" + Math.random().toString(36).slice(2, 8);
  let serial = 0;
  const id = () => `${unique}-${++serial}`;

  function make(node, attrs, children) {
    for (const [name, value] of Object.entries(attrs || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (name === "text") node.textContent = value;
      else node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }
  const h = (tag, attrs, ...children) => make(document.createElement(tag), attrs, children);
  const s = (tag, attrs, ...children) =>
    make(document.createElementNS("http://www.w3.org/2000/svg", tag), attrs, children);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

  // ---------------------------------------------------------------- charts
  const wide = /[\u2e80-\u9fff\uac00-\ud7af\uff00-\uff60]/;
  const textWidth = (text, size = 12) => [...String(text)].reduce((sum, c) => sum + (wide.test(c) ? 1 : 0.56), 0) * size;

  function ticks(min, max, count) {
    const raw = (max - min) / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= raw * 0.999);
    const out = [];
    for (let v = Math.ceil(min / step - 1e-9) * step; v <= max + step * 1e-9; v += step) out.push(+v.toFixed(10));
    return out;
  }

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

  // x and y: {label, min, max, ticks?, format?, names?}. `names` makes a category axis with one band a name.
  function chart({ height = 280, left = 52, right = 16, top = 14, bottom = 46 } = {}) {
    const plot = s("svg", { role: "img", class: "sl-chart" });
    const legend = h("ul", { class: "sl-legend" });
    const figure = h("figure", { class: "sl-figure" }, plot, legend);
    let spec = null;
    let drawn = 0;
    // Known from the observer: asking the page for it while drawing would make it lay everything out once more.
    let room = 0;

    function render() {
      const width = Math.max(200, Math.floor(room || figure.clientWidth || 560));
      drawn = width;
      const tall = spec.height || height;
      const L = spec.left ?? left;
      const inner = { x0: L, x1: width - (spec.right ?? right), y0: tall - bottom, y1: spec.top ?? top };
      const axis = (a, from, to) => {
        if (a.names) {
          const band = (to - from) / a.names.length;
          const at = (v) => from + (v + 0.5) * band;
          return { at, band: Math.abs(band), ticks: a.names.map((_, i) => i), show: (v) => a.names[v] };
        }
        const at = (v) => from + ((v - a.min) / (a.max - a.min || 1)) * (to - from);
        const shown = a.ticks || ticks(a.min, a.max, Math.abs(to - from) / (a.every || 70));
        return { at, band: 0, ticks: shown, show: a.format || ((v) => String(v)) };
      };
      const X = axis(spec.x, inner.x0, inner.x1);
      const Y = axis(spec.y, inner.y0, inner.y1);
      const base = s("g", {});
      for (const v of Y.ticks) {
        const y = Y.at(v);
        if (!spec.y.names) base.append(s("line", { x1: inner.x0, x2: inner.x1, y1: y, y2: y, class: "sl-grid" }));
        const tick = s("text", { x: inner.x0 - 8, y: y + 4, class: "sl-tick", "text-anchor": "end", text: Y.show(v) });
        base.append(tick);
      }
      for (const v of X.ticks) {
        const x = X.at(v);
        if (!spec.x.names) base.append(s("line", { x1: x, x2: x, y1: inner.y0, y2: inner.y1, class: "sl-grid" }));
        base.append(s("text", { x, y: inner.y0 + 17, class: "sl-tick", "text-anchor": "middle", text: X.show(v) }));
      }
      base.append(s("path", { d: `M${inner.x0} ${inner.y1}V${inner.y0}H${inner.x1}`, class: "sl-axis" }));
      const middle = (inner.x0 + inner.x1) / 2;
      base.append(s("text", { x: middle, y: tall - 8, class: "sl-label", "text-anchor": "middle", text: spec.x.label }));
      if (spec.y.label) {
        const place = `translate(13 ${(inner.y0 + inner.y1) / 2}) rotate(-90)`;
        base.append(s("text", { transform: place, class: "sl-label", "text-anchor": "middle", text: spec.y.label }));
      }
      // Lines and bands end at the frame; dots and words may stand on it.
      const clip = id();
      const frame = s("rect", { x: inner.x0, y: inner.y1, width: Math.max(0, inner.x1 - inner.x0), height: Math.max(0, inner.y0 - inner.y1) });
      const cut = s("clipPath", { id: clip }, frame);
      const under = s("g", { "clip-path": `url(#${clip})` });
      const shapes = s("g", {});
      const texts = s("g", {});
      const taken = [];
      for (const m of spec.marks) if (m.t === "dot" && !m.faint) taken.push([X.at(m.x) - 7, Y.at(m.y) - 7, X.at(m.x) + 7, Y.at(m.y) + 7]);
      const free = (box) =>
        box[0] >= inner.x0 - 4 && box[2] <= width && box[1] >= 0 && box[3] <= inner.y0 + 4 &&
        !taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]);
      const color = (m) => `sl-c${m.color || 1}${m.faint ? " sl-faint" : ""}`;
      const d = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${X.at(x).toFixed(1)} ${Y.at(y).toFixed(1)}`).join("");
      for (const m of spec.marks) {
        if (m.t === "zone") {
          const [x0, x1] = [X.at(m.x0), X.at(m.x1)];
          const [y0, y1] = [Y.at(m.y1), Y.at(m.y0)];
          const at = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
          under.append(s("rect", { ...at, class: `sl-zone ${m.color ? color(m) : ""}` }));
          if (m.label && at.width > textWidth(m.label) + 8 && at.height > 18) {
            const end = m.corner?.includes("right");
            const low = m.corner?.includes("bottom");
            const tx = end ? at.x + at.width - 6 : at.x + 6;
            const ty = low ? at.y + at.height - 7 : at.y + 15;
            texts.append(s("text", { x: tx, y: ty, class: "sl-zone-label", "text-anchor": end ? "end" : "start", text: m.label }));
            const w = textWidth(m.label);
            taken.push([end ? tx - w : tx, ty - 12, end ? tx : tx + w, ty + 3]);
          }
        } else if (m.t === "line") {
          under.append(s("path", { d: d(m.points), class: `sl-line ${color(m)}`, "stroke-dasharray": m.dash, "stroke-width": m.width || 2 }));
        } else if (m.t === "band" || m.t === "area") {
          const edge = m.t === "area" ? m.points : [...m.points.map((p) => [p[0], p[2]]), ...m.points.map((p) => [p[0], p[1]]).reverse()];
          under.append(s("path", { d: d(edge) + "Z", class: `sl-band ${color(m)}` }));
        } else if (m.t === "error") {
          const [x, y] = [X.at(m.x), Y.at(m.y)];
          let path = "";
          if (m.xlo !== undefined) path += `M${X.at(m.xlo)} ${y - 4}v8M${X.at(m.xlo)} ${y}H${X.at(m.xhi)}m0 -4v8`;
          if (m.ylo !== undefined) path += `M${x - 4} ${Y.at(m.ylo)}h8M${x} ${Y.at(m.ylo)}V${Y.at(m.yhi)}m-4 0h8`;
          under.append(s("path", { d: path, class: `sl-line ${color(m)}`, "stroke-width": m.width || 1.5 }));
        } else if (m.t === "bar") {
          const flat = spec.y.names !== undefined;
          const [a, b] = flat ? [X.at(m.from || 0), X.at(m.x)] : [Y.at(m.from || 0), Y.at(m.y)];
          const band = flat ? Y.band : X.band || 12;
          const thick = band * (m.thick || 0.62);
          const mid = (flat ? Y.at(m.y) : X.at(m.x)) + (m.shift || 0) * band;
          const box = flat
            ? { x: Math.min(a, b), y: mid - thick / 2, width: Math.abs(b - a), height: thick }
            : { x: mid - thick / 2, y: Math.min(a, b), width: thick, height: Math.abs(b - a) };
          shapes.append(s("rect", { ...box, class: `sl-bar ${color(m)}` }));
          if (m.label) {
            const where = flat ? { x: Math.max(a, b) + 5, y: mid + 4 } : { x: mid, y: Math.min(a, b) - 5, "text-anchor": "middle" };
            texts.append(s("text", { ...where, class: "sl-tick sl-halo", text: m.label }));
          }
        } else if (m.t === "rule") {
          const path = m.x !== undefined ? `M${X.at(m.x)} ${inner.y0}V${inner.y1}` : `M${inner.x0} ${Y.at(m.y)}H${inner.x1}`;
          shapes.append(s("path", { d: path, class: "sl-rule", "stroke-dasharray": m.dash || "5 4" }));
          // A label stands above or below a line, not on it.
          if (m.x === undefined) taken.push([inner.x0, Y.at(m.y) - 1, inner.x1, Y.at(m.y) + 1]);
          if (m.label) {
            const w = textWidth(m.label);
            const end = m.x !== undefined && X.at(m.x) + w + 8 > inner.x1;
            const at = m.x !== undefined ? { x: X.at(m.x) + (end ? -5 : 5), y: inner.y1 + 11 } : { x: inner.x1, y: Y.at(m.y) - 5 };
            texts.append(s("text", { ...at, class: "sl-tick sl-halo", "text-anchor": end || m.x === undefined ? "end" : "start", text: m.label }));
          }
        } else if (m.t === "dot") {
          const mark = symbol(m.shape, m.color, m.r);
          mark.setAttribute("transform", `translate(${X.at(m.x).toFixed(1)} ${Y.at(m.y).toFixed(1)})`);
          if (m.hollow) mark.classList.add("sl-hollow");
          if (m.faint) mark.classList.add("sl-faint");
          if (m.pick) {
            mark.classList.add("sl-pick");
            mark.addEventListener("click", m.pick);
          }
          if (m.title) mark.append(s("title", { text: m.title }));
          shapes.append(mark);
        } else if (m.t === "note") {
          texts.append(s("text", { x: X.at(m.x) + (m.dx || 0), y: Y.at(m.y) + (m.dy || 0), class: `sl-tick sl-halo${m.strong ? " sl-strong" : ""}`, "text-anchor": m.anchor || "start", text: m.text }));
        }
      }
      // Labels last and the important ones first: a label that finds no free place is left to the table.
      const named = spec.marks.filter((m) => m.t === "dot" && m.label).sort((a, b) => (b.bold ? 1 : 0) - (a.bold ? 1 : 0));
      for (const m of named) {
        const [x, y, w] = [X.at(m.x), Y.at(m.y), textWidth(m.label) + 2];
        const places = [[x + 10, y + 4, "start"], [x - 10, y + 4, "end"], [x, y - 11, "middle"], [x, y + 20, "middle"], [x + 8, y - 9, "start"], [x + 8, y + 16, "start"], [x - 8, y - 9, "end"], [x - 8, y + 16, "end"]];
        for (const [tx, ty, anchor] of places) {
          const from = anchor === "start" ? tx : anchor === "end" ? tx - w : tx - w / 2;
          const box = [from, ty - 11, from + w, ty + 3];
          if (!free(box) && !(m.bold && anchor === "middle" && ty > y)) continue;
          taken.push(box);
          texts.append(s("text", { x: tx, y: ty, "text-anchor": anchor, class: `sl-tick sl-halo${m.bold ? " sl-strong" : ""}`, text: m.label }));
          break;
        }
      }
      plot.setAttribute("viewBox", `0 0 ${width} ${tall}`);
      plot.setAttribute("width", width);
      plot.setAttribute("height", tall);
      plot.setAttribute("aria-label", spec.alt || spec.title || "");
      plot.replaceChildren(cut, base, under, shapes, texts);
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
  function swatch({ shape, color, dash, line, hollow, faint }) {
    const mark = line || dash
      ? s("path", { d: "M-10 0H10", class: `sl-line sl-c${color || 1}`, "stroke-width": 2.5, "stroke-dasharray": dash })
      : symbol(shape || "square", color, 6);
    const over = line && shape ? symbol(shape, color, 4) : null;
    if (hollow) (over || mark).classList.add("sl-hollow");
    if (faint) mark.classList.add("sl-faint");
    return s("svg", { width: 24, height: 16, viewBox: "-12 -8 24 16", "aria-hidden": "true" }, mark, over);
  }

  // ---------------------------------------------------------------- what Python has not confirmed yet
  // Kept in this window until it has: a kernel that dies with an answer on its way must not take the answer along.
  const drafts = {
    name: (place) => `servicelab:draft:${place}`,
    keep(place, value) {
      if (!place) return;
      try {
        sessionStorage.setItem(drafts.name(place), JSON.stringify(value));
      } catch {
        // Full, or switched off by the firm: then the answer is kept in the page only.
      }
    },
    take(place) {
      try {
        return place ? JSON.parse(sessionStorage.getItem(drafts.name(place))) : null;
      } catch {
        return null;
      }
    },
    drop(place) {
      try {
        sessionStorage.removeItem(drafts.name(place));
      } catch {
        // As above.
      }
    },
  };

  // ---------------------------------------------------------------- a view
  function view(build) {
    return {
      render({ model, el }) {
        const labels = model.get("labels");
        const t = (key, values) => (values ? fill(labels[key] ?? key, values) : labels[key] ?? key);
        const root = h("section", { class: "sl", "aria-label": labels.title });
        const bound = [];
        let waiting = null;
        let turns = 0;
        let settled = true;
        let moved = 0;
        let frame = 0;
        let settle = 0;
        let patience = 0;
        let saving = 0;
        const me = id();

        // The page around the controls hears of every question to Python and of its answer.
        const tell = (what) => root.dispatchEvent(new CustomEvent(`servicelab:${what}`, { bubbles: true, detail: { turn: me } }));
        function pending(yes) {
          root.classList.toggle("sl-pending", yes);
          clearTimeout(saving);
          if (yes) saving = setTimeout(paintSaved, 300);
          paintSaved();
        }

        // The first move goes out at once, then one message a frame at most: a slider fires faster than a kernel answers.
        function send(changes) {
          waiting = { ...(waiting || model.get("value")), ...changes };
          drafts.keep(labels.kept_as, waiting);
          if (frame) return;
          frame = requestAnimationFrame(() => {
            frame = 0;
            flush();
          });
          if (performance.now() - moved > 30) flush();
        }
        function flush() {
          const next = waiting;
          waiting = null;
          if (!next) return;
          if (same(next, model.get("value"))) {
            if (settled) drafts.drop(labels.kept_as);
            return;
          }
          model.set("value", next);
          const turn = ++turns;
          settled = false;
          moved = performance.now();
          pending(true);
          tell("asked");
          const status = (message) => {
            if (message.content.execution_state !== "idle" || turn !== turns) return;
            settled = true;
            if (!waiting) drafts.drop(labels.kept_as);
            pending(false);
            tell("answered");
            alive();
            reconcile();
          };
          reach(() => model.save_changes({ iopub: { status } }), ask);
        }
        // A comm whose kernel died throws; one whose kernel restarted by itself may just stay silent.
        function reach(deliver, otherwise) {
          clearTimeout(patience);
          try {
            deliver();
            patience = setTimeout(otherwise, 2500);
          } catch {
            silent();
          }
        }
        function ask() {
          reach(() => model.send({ ping: true }), silent);
        }
        function silent() {
          root.classList.add("sl-silent");
        }
        function alive() {
          clearTimeout(patience);
          root.classList.remove("sl-silent");
        }

        function field(key, control) {
          if (key) bound.push({ key, control });
          const state = model.get("state");
          const now = state.at && key in state.at ? state.at[key] : undefined;
          if (now !== undefined) control.set(now);
          return control;
        }
        // What the kernel made of a value wins, but only once it has answered the latest one: an answer to an earlier
        // move must not take back what the hand has done since. A host that never says "idle" gets three seconds.
        function reconcile() {
          clearTimeout(settle);
          if (waiting || (!settled && performance.now() - moved < 3000)) {
            settle = setTimeout(reconcile, 3000);
            return;
          }
          const at = model.get("state").at || {};
          for (const { key, control } of bound) if (key in at) control.set(at[key]);
        }

        const ui = {
          model, root, labels, t, h, s, send, chart, symbol, swatch, same, flush,
          get state() { return model.get("state"); },
          get value() { return waiting || model.get("value"); },
          get content() { return model.get("content"); },
          number(value, digits = 0) {
            return Number(value).toLocaleString(labels.locale || "en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
          },
          percent(share, digits = 0) { return `${ui.number(share * 100, digits)} %`; },

          // `stops` makes an uneven scale: the slider walks along the list and sends the number it stands on.
          slider({ key, label, min, max, step = 1, value = min, unit = "", format, help, input, stops }) {
            const me = id();
            const show = format || ((v) => `${v}${unit ? " " + unit : ""}`);
            const out = h("output", { for: me, class: "sl-value" });
            const limits = stops ? { min: 0, max: stops.length - 1, step: 1 } : { min, max, step };
            const range = h("input", { type: "range", id: me, ...limits, "aria-describedby": help ? me + "h" : null });
            const now = () => (stops ? stops[+range.value] : +range.value);
            const paint = () => {
              const text = show(now());
              out.textContent = text;
              range.setAttribute("aria-valuetext", text);
              range.style.setProperty("--at", `${((range.value - range.min) / (range.max - range.min || 1)) * 100}%`);
            };
            range.addEventListener("input", () => {
              paint();
              if (key) send({ [key]: now() });
              input?.(now());
            });
            const control = {
              el: h("div", { class: "sl-field" }, h("div", { class: "sl-row" }, h("label", { for: me, text: label }), out), range,
                help && h("p", { id: me + "h", class: "sl-help", text: help })),
              input: range,
              get: now,
              set(v) {
                range.value = stops ? stops.reduce((best, s, i) => (Math.abs(s - v) < Math.abs(stops[best] - v) ? i : best), 0) : v;
                paint();
              },
              limits(low, high) { range.min = low; range.max = high; paint(); },
              restop(next) {
                if (same(stops, next)) return;
                const keep = now();
                stops = next;
                range.max = stops.length - 1;
                control.set(keep);
              },
            };
            control.set(value ?? stops?.[0]);
            return field(key, control);
          },

          radios({ key, legend, options, value = null, look = "list", change, hideLegend }) {
            const name = id();
            const boxes = options.map((o) => {
              const box = h("input", { type: "radio", name, value: o.id, id: id(), disabled: o.disabled });
              box.addEventListener("change", () => {
                if (key) send({ [key]: o.id });
                change?.(o.id);
              });
              return { o, box, row: h("label", { class: "sl-option", for: box.id }, box, h("span", {}, o.text, o.hint && h("small", { text: o.hint }))) };
            });
            const control = {
              el: h("fieldset", { class: `sl-field sl-set sl-${look}` },
                h("legend", { class: hideLegend ? "sl-hidden" : null, text: legend }), h("div", { class: "sl-options" }, boxes.map((b) => b.row))),
              rows: Object.fromEntries(boxes.map((b) => [b.o.id, b.row])),
              get: () => boxes.find((b) => b.box.checked)?.o.id ?? null,
              set(v) { for (const b of boxes) b.box.checked = b.o.id === v; },
              disable(yes) { for (const b of boxes) b.box.disabled = yes || b.o.disabled; },
              focus() { (boxes.find((b) => b.box.checked) || boxes[0])?.box.focus(); },
            };
            control.set(value);
            return field(key, control);
          },

          checks({ key, legend, options, value = [], change }) {
            const boxes = options.map((o) => {
              const box = h("input", { type: "checkbox", value: o.id, id: id() });
              box.addEventListener("change", () => {
                const now = control.get();
                if (key) send({ [key]: now });
                change?.(now);
              });
              return { o, box, row: h("label", { class: "sl-option", for: box.id }, box, h("span", {}, o.text, o.hint && h("small", { text: o.hint }))) };
            });
            const control = {
              el: h("fieldset", { class: "sl-field sl-set" }, h("legend", { text: legend }), h("div", { class: "sl-options" }, boxes.map((b) => b.row))),
              rows: Object.fromEntries(boxes.map((b) => [b.o.id, b.row])),
              get: () => boxes.filter((b) => b.box.checked).map((b) => b.o.id),
              set(v) { for (const b of boxes) b.box.checked = (v || []).includes(b.o.id); },
              disable(yes) { for (const b of boxes) b.box.disabled = yes; },
            };
            control.set(value);
            return field(key, control);
          },

          select({ key, label, options, value, change }) {
            const me = id();
            const list = h("select", { id: me }, options.map((o) => h("option", { value: o.id, text: o.text })));
            list.addEventListener("change", () => {
              if (key) send({ [key]: list.value });
              change?.(list.value);
            });
            const control = {
              el: h("div", { class: "sl-field" }, h("label", { for: me, text: label }), list),
              input: list,
              get: () => list.value,
              set(v) { list.value = v; },
            };
            if (value !== undefined) control.set(value);
            return field(key, control);
          },

          text({ key, label, value = "", placeholder, rows = 1, max, help, type = "text", wait = 200, spell = false, input }) {
            const me = id();
            const attrs = { id: me, placeholder, maxlength: max, "aria-describedby": help ? me + "h" : null, autocomplete: "off", spellcheck: String(spell) };
            const box = rows > 1 ? h("textarea", { ...attrs, rows }) : h("input", { ...attrs, type });
            let timer = 0;
            const push = () => {
              clearTimeout(timer);
              if (key) send({ [key]: box.value });
              input?.(box.value);
            };
            box.addEventListener("input", (event) => {
              clearTimeout(timer);
              if (!event.isComposing) timer = setTimeout(push, wait);
            });
            box.addEventListener("compositionend", () => { timer = setTimeout(push, wait); });
            box.addEventListener("blur", () => { if (timer) push(); });
            const control = {
              el: h("div", { class: "sl-field" }, h("label", { for: me, text: label }), box, help && h("p", { id: me + "h", class: "sl-help", text: help })),
              input: box,
              get: () => box.value,
              set(v) { if (box !== document.activeElement && box.value !== v) box.value = v; },
            };
            control.set(value);
            return field(key, control);
          },

          number_field({ key, label, value = 0, min, max, step = 1, unit, input }) {
            const me = id();
            const box = h("input", { type: "number", id: me, min, max, step, inputmode: "decimal" });
            box.addEventListener("input", () => {
              if (!box.value || !box.checkValidity()) return;
              if (key) send({ [key]: +box.value });
              input?.(+box.value);
            });
            const control = {
              el: h("div", { class: "sl-field sl-number" }, h("label", { for: me }, label, unit && h("small", { text: ` (${unit})` })), box),
              input: box,
              get: () => +box.value,
              set(v) { if (box !== document.activeElement) box.value = v; },
            };
            control.set(value);
            return field(key, control);
          },

          button({ text, press, primary, quiet }) {
            return h("button", { type: "button", class: `sl-button${primary ? " sl-primary" : ""}${quiet ? " sl-quiet" : ""}`, onclick: press, text });
          },

          // kind: right | wrong | agreed | info. The word carries the meaning, the colour only repeats it.
          note(kind, head, text) {
            const sign = { right: "✓", wrong: "✗", agreed: "≈", info: "i" }[kind] || "i";
            return h("div", { class: `sl-note sl-note-${kind}` }, h("span", { class: "sl-sign", "aria-hidden": "true", text: sign }),
              h("div", {}, head && h("strong", { text: head }), head && text ? " " : null, text));
          },

          summary() {
            const line = h("p", { class: "sl-summary", "aria-live": "polite", "aria-atomic": "true" });
            let timer = 0;
            return {
              el: line,
              set(text) {
                if (line.textContent === text) return;
                // While a slider moves a reader hears nothing; it hears the sentence where the slider stops.
                line.setAttribute("aria-busy", "true");
                clearTimeout(timer);
                timer = setTimeout(() => line.setAttribute("aria-busy", "false"), 350);
                line.textContent = text;
              },
            };
          },

          // `pick(i, j)` gives a cell a button: {label, press}.
          grid({ caption, columns, rows, mark, pick, hideCaption }) {
            const numeric = (v) => typeof v === "number" || /^[−–-]?[¥\d][\d,.\s]*( ?%)?$/.test(String(v));
            return h("div", { class: "sl-scroll", tabindex: "0", role: "region", "aria-label": caption },
              h("table", { class: "sl-table" }, h("caption", { class: hideCaption ? "sl-hidden" : null, text: caption }),
                h("thead", {}, h("tr", {}, columns.map((c) => h("th", { scope: "col", text: c })))),
                h("tbody", {}, rows.map((row, i) => h("tr", {}, row.map((cell, j) => {
                  const kind = mark?.(i, j);
                  const offer = j ? pick?.(i, j) : null;
                  const look = { scope: j ? null : "row", class: [kind, j && numeric(cell) ? "sl-num" : null].filter(Boolean).join(" ") || null };
                  if (offer) return h("td", look, h("button", { type: "button", class: "sl-pickable", title: offer.label, "aria-label": offer.label, onclick: offer.press, text: cell }));
                  return h(j ? "td" : "th", { ...look, text: cell ?? "–" });
                }))))));
          },

          // The text equivalent. Filled only while open, so that a moving slider does not pay for it.
          table() {
            const box = h("details", { class: "sl-details" }, h("summary", { text: t("table") }));
            let data = null;
            const paint = () => {
              if (box.open && data) box.replaceChildren(box.firstChild, ui.grid(data));
            };
            box.addEventListener("toggle", paint);
            return { el: box, set(next) { data = next; paint(); } };
          },
        };

        const saved = h("p", { class: "sl-saved", role: "status" });
        const update = build(ui);
        root.append(h("p", { class: "sl-stale", role: "status", text: t("stale") }), saved);
        // Saved is what Python says is saved; what is on its way to Python is not.
        function paintSaved() {
          const when = model.get("saved") || "";
          const kept = /^\d/.test(when) && settled;
          const late = performance.now() - moved > 250;
          saved.textContent = kept ? t("saved", { time: when }) : settled ? when : late ? t("saving") : "\u00a0";
          saved.classList.toggle("sl-kept", kept);
          saved.hidden = !when && (settled || !labels.kept_as);
        }
        const refresh = () => {
          alive();
          update?.(model.get("state"));
          reconcile();
        };
        // JupyterLab's shortcuts (dd deletes a cell, arrows move between cells) must not fire from our controls;
        // Ctrl+S still saves. The attribute has to stand on the focused element itself, before Lumino looks.
        const keys = (event) => {
          if (!root.contains(event.target)) return;
          const lab = (event.ctrlKey || event.metaKey) && !/^([acvxyz]|Enter)$/i.test(event.key);
          event.target.toggleAttribute("data-lm-suppress-shortcuts", !lab);
        };
        window.addEventListener("keydown", keys, true);
        model.on("change:state", refresh);
        model.on("msg:custom", alive);
        model.on("change:saved", paintSaved);
        el.replaceChildren(root);
        refresh();
        paintSaved();
        // What an earlier Python never confirmed goes to this one.
        const draft = drafts.take(labels.kept_as);
        if (draft) send(draft);
        return () => {
          flush();
          clearTimeout(patience);
          clearTimeout(saving);
          window.removeEventListener("keydown", keys, true);
          model.off("change:state", refresh);
          model.off("msg:custom", alive);
          model.off("change:saved", paintSaved);
        };
      },
    };
  }

  return { view, h, s, chart, symbol, swatch, fill };
})();
