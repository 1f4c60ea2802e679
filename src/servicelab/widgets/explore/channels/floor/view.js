// The floor: people as squares, the queue as dots that come and go, an hour that runs or is drawn along by hand; then, once
// a guess is made, the same hour and day with fewer people.
const CELL = 44;
const RATE = 60;

export default house.view((ui) => {
  const { h, s, t, content } = ui;
  // What the controls ask for when they are made stands here before them.
  let at = 0;
  let running = 0;
  let before = 0;
  let shown = null;
  let far = 0;
  const step = ui.radios({ key: "step", legend: t("step"), options: content.steps, look: "segments", change: () => begin() });
  const guess = ui.slider({ key: "guess", label: t("guess"), min: 0, max: content.longest, step: content.scale, unit: t("seconds"), input: () => (keep.disabled = false) });
  const keep = ui.button({ text: t("keep"), primary: true, press: () => ui.send({ guess: guess.get(), guessed: true, missing: "1" }) });
  keep.disabled = true;
  const ask = h("div", { class: "floor-ask" }, guess.el, keep);
  const missing = ui.radios({ key: "missing", legend: t("missing"), options: content.missing, look: "segments", change: () => begin() });
  const thinned = h("p", { class: "sl-help", text: t("thinned") });
  const summary = ui.summary();
  const plot = s("svg", { class: "floor-plot", role: "img" });
  const clockSlider = ui.slider({ label: t("clock"), min: 0, max: 3600, step: 10, format: (v) => time(v), input: (v) => { stop(); at = v; paint(); reached(); } });
  const play = ui.button({ text: t("play"), press: () => (running ? stop() : run()) });
  const now = h("p", { class: "floor-now", role: "status" });
  const key = h("p", { class: "sl-help" });
  const strip = s("svg", { class: "floor-plot floor-strip", role: "img" });
  const stage = h("div", { class: "floor-stage" }, plot, now, clockSlider.el, strip, h("div", { class: "sl-bar-row" }, play, key));
  const waits = ui.chart({ height: 230 });
  const losses = ui.chart({ height: 230 });
  const pictures = h("div", { class: "sl-pair" }, h("div", {}, h("h4", { class: "sl-head", text: t("waits") }), waits.el),
    h("div", {}, h("h4", { class: "sl-head", text: t("losses") }), losses.el));
  const told = h("p", { class: "floor-told", text: t("told") });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    step.el, ask, missing.el, thinned, stage, summary.el, pictures, told, table.el);

  function time(v) {
    const seconds = (shown ? shown.from : 54000) + Number(v);
    return `${Math.floor(seconds / 3600)}:${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
  }
  function stop() {
    cancelAnimationFrame(running);
    running = 0;
    play.textContent = t("play");
    now.removeAttribute("aria-busy");
  }
  function run() {
    if (at >= shown.length - 1) at = 0;
    before = performance.now();
    play.textContent = t("pause");
    // While it runs a reader hears nothing; it hears the line where it stops.
    now.setAttribute("aria-busy", "true");
    running = requestAnimationFrame(frame);
  }
  function frame(moment) {
    if (!ui.root.isConnected) return stop();
    at = Math.min(shown.length, at + ((moment - before) / 1000) * RATE);
    before = moment;
    paint();
    if (at >= shown.length) {
      stop();
      return reached();
    }
    running = requestAnimationFrame(frame);
  }
  // What the hour held is told to whoever has seen it to its end.
  function reached() {
    const { step: which } = ui.state.at;
    if (at < shown.length || ui.state.seen.includes(which)) return;
    ui.send({ watched: [...ui.state.seen, which] });
  }
  function begin() {
    stop();
    at = far = 0;
  }
  // What stays of the minute in which the hour ran: a bar a minute, as high as the row was then, as far as it was watched.
  function trace() {
    const samples = Array.from({ length: 12 }, (_, n) => n * 5);
    const rows = Array.from({ length: Math.ceil(shown.length / 60) }, (_, m) =>
      Math.max(...samples.map((more) => shown.waits.filter(([a, b]) => a <= m * 60 + more && m * 60 + more < b).length)));
    const most = Math.max(1, ...rows);
    const gone = shown.waits.filter(([, b, gaveUp]) => gaveUp && b <= far);
    const [width, high, top, left] = [CELL * (stage.clientWidth && stage.clientWidth < 440 ? 6 : 12), 46, 32, 22];
    const x = (second) => left + (second / shown.length) * (width - left - 8);
    const seen = rows.slice(0, Math.ceil(far / 60));
    strip.setAttribute("viewBox", `0 0 ${width} ${top + high + 18}`);
    strip.replaceChildren(
      s("text", { x: 4, y: 13, class: "floor-word", text: t("strip") }),
      s("text", { x: left - 5, y: top + 10, class: "floor-word", "text-anchor": "end", text: String(most) }),
      s("path", { d: `M${left} ${top + high}H${width - 8}`, class: "floor-axis" }),
      ...seen.map((n, m) => s("rect", { x: x(m * 60) + 1, y: top + high * (1 - n / most), width: Math.max(2, x(60) - x(0) - 2), height: (high * n) / most, class: "floor-waiting" })),
      ...gone.map(([, b]) => s("path", { d: "M-4 -4L4 4M4 -4L-4 4", class: "floor-lost", transform: `translate(${x(b)} ${top - 8})` })),
      ...[0, 15, 30, 45, 60].map((m) => s("text", { x: x(m * 60), y: top + high + 14, class: "floor-word", "text-anchor": m === 60 ? "end" : m ? "middle" : "start", text: time(m * 60) })));
    strip.setAttribute("aria-label", t("strip_told", { clock: time(far), most: Math.max(0, ...seen), lost: gone.length }));
  }
  // The floor at the moment `at`: columns of people, the queue below them, those who gave up at the right.
  function paint() {
    if (!shown) return;
    const { hands } = ui.state;
    // On a phone half as many stand in a row: what is written must not shrink with the picture.
    const most = stage.clientWidth && stage.clientWidth < 440 ? 6 : 12;
    const columns = Math.min(shown.places, most);
    const rows = Math.ceil(shown.places / columns);
    const there = new Set(shown.spells.filter(([, a, b]) => a <= at && at < b).map(([p]) => p));
    const held = new Map();
    for (const [p, a, b] of shown.talks) if (a <= at && at < b) held.set(p, (held.get(p) || 0) + 1);
    const queue = shown.waits.filter(([a, b]) => a <= at && at < b).length;
    const lost = shown.waits.filter(([, b, gaveUp]) => gaveUp && b <= at).length;
    const width = most * CELL;
    const top = 20;
    const line = top + rows * CELL + 34;
    const people = Array.from({ length: shown.places }, (_, p) => {
      const [x, y] = [(p % columns) * CELL + 4, top + Math.floor(p / columns) * CELL];
      const busy = held.get(p) || 0;
      const look = !there.has(p) && !busy ? "floor-away" : busy ? "floor-busy" : "floor-free";
      const box = s("rect", { x, y, width: CELL - 10, height: CELL - 10, rx: 6, class: look });
      const dots = hands > 1 ? Array.from({ length: busy }, (_, n) => s("circle", { cx: x + 8 + n * 9, cy: y + (CELL - 10) / 2, r: 3.6, class: "floor-hand" })) : [];
      return s("g", {}, box, dots);
    });
    const room = Math.floor((width - 150) / 14);
    const dots = Array.from({ length: Math.min(queue, room) }, (_, n) => s("circle", { cx: 12 + n * 14, cy: line, r: 5.5, class: "floor-waiting" }));
    plot.setAttribute("viewBox", `0 0 ${width} ${line + 16}`);
    plot.replaceChildren(
      s("text", { x: 4, y: 13, class: "floor-word", text: t("desk") }), ...people,
      s("text", { x: 4, y: line - 14, class: "floor-word", text: `${t("queue")}${t("colon")}${queue}` }), ...dots,
      s("text", { x: width - 4, y: line - 14, class: "floor-word", "text-anchor": "end", text: `${t("lost")}${t("colon")}${lost}` }),
      ...Array.from({ length: Math.min(lost, 9) }, (_, n) => s("path", { d: "M-4 -4L4 4M4 -4L-4 4", class: "floor-lost", transform: `translate(${width - 10 - n * 14} ${line})` })),
    );
    const words = { clock: time(at), busy: held.size, desk: Math.max(there.size, held.size), queue, lost };
    now.textContent = t("now", words);
    plot.setAttribute("aria-label", now.textContent);
    if (running) clockSlider.set(Math.round(at / 10) * 10);
    far = Math.max(far, at);
    trace();
  }
  // With `steps` each point says what it adds to the one before: by eye the line looks straighter than it is.
  function curve(chart, values, label, top, { extra, steps } = {}) {
    const under = (n) => Boolean(extra) && extra.x === n && extra.y > values[n][0];
    const said = (low) => values.map(([m, lo, hi], n) => ({ x: n, y: low ? lo : hi, text: steps && n ? `${m.toFixed(0)} (+${Math.round(m - values[n - 1][0])})` : m.toFixed(0) }))
      .filter((_, n) => under(n) === low);
    chart.draw({
      x: { label: t("fewer"), min: -0.3, max: values.length - 0.7, ticks: values.map((_, n) => n) },
      y: { label, min: 0, max: top, every: 45 },
      layers: [
        { lines: [{ points: values.map(([m], n) => [n, m]) }], color: 1, width: 2 },
        { intervals: values.map(([m, lo, hi], n) => ({ x: n, y: m, ylo: lo, yhi: hi })), color: 1 },
        { dots: values.map(([m], n) => ({ x: n, y: m })), color: 1, r: 5 },
        // Above the interval: beside the dot the line runs through it. Below it where the guess stands above.
        { notes: said(false), dy: -8, anchor: "middle", strong: true },
        { notes: said(true), dy: 18, anchor: "middle", strong: true },
        ...(extra ? [{ dots: [extra], shape: "diamond", color: 4, r: 8, hollow: true }] : []),
      ],
      legend: extra ? [{ shape: "diamond", color: 4, hollow: true, text: t("yours") }] : [],
      alt: ui.state.text,
    });
  }
  new ResizeObserver(() => ui.state.open && paint()).observe(stage);
  return (state) => {
    const asks = state.at.step === "fewer";
    if (!ui.same(shown, state.scene)) {
      shown = state.scene;
      clockSlider.set(at);
      // Who has watched it before finds its trace again.
      far = state.seen.includes(state.at.step) ? shown.length : at;
    }
    ask.hidden = !asks || state.open;
    // Who has not moved it has not guessed.
    if (state.moved) keep.disabled = false;
    missing.el.hidden = thinned.hidden = pictures.hidden = told.hidden = !asks || !state.open;
    stage.hidden = !state.open;
    key.textContent = t(state.hands > 1 ? "hands" : "one");
    summary.set(state.text);
    table.el.hidden = !state.open;
    table.set(state.table);
    if (state.open) paint();
    if (!state.waits) return;
    const step10 = (v) => Math.ceil((1.1 * v) / 50) * 50;
    curve(waits, state.waits, t("wait"), step10(Math.max(state.guess, ...state.waits.map((w) => w[2]))), { extra: { x: 1, y: state.guess, title: t("yours") }, steps: true });
    curve(losses, state.losses, t("gave_up"), Math.ceil((1.15 * Math.max(...state.losses.map((w) => w[2]))) / 5) * 5);
  };
});
