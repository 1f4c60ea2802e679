// The forecast: three pictures to look at, ten handles, and the line that they draw.
export default house.view((ui) => {
  const { h, t, content } = ui;
  let touched = false;
  let pressed = false;
  const picture = ui.radios({ key: "picture", legend: t("look"), options: content.pictures, look: "segments" });
  const look = ui.chart({ height: 200 });
  const handles = content.halves.map((clock, n) => ui.slider({ key: `h${n}`, label: clock, min: 0, max: content.most, step: 1, input: () => { touched = true; commit.disabled = false; } }));
  // Beside each other under one head, each stands for its half hour; who hears it is told the whole.
  content.halves.forEach((clock, n) => handles[n].input.setAttribute("aria-label", t("half", { clock })));
  const own = ui.chart({ height: 200 });
  const summary = ui.summary();
  const commit = ui.button({ text: t("commit"), primary: true, press: () => {
    const said = Object.fromEntries(content.halves.map((_, n) => [`h${n}`, handles[n].get()]));
    pressed = true;
    ui.send({ ...said, committed: true });
  } });
  const once = h("p", { class: "sl-help", text: t("once") });
  const told = h("div", { tabindex: "-1" });
  const table = ui.table();
  // What is looked at, what is drawn and what is set share a screen of 768 pixels.
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    picture.el, h("div", { class: "sl-pair" }, look.el, own.el),
    h("fieldset", { class: "sl-field forecast-handles" }, h("legend", { text: t("handles") }), handles.map((handle) => handle.el)),
    summary.el, told, h("div", { class: "sl-bar-row" }, commit, once), table.el);
  const every = content.halves.map((_, n) => n);
  const x = { label: t("clock"), min: -0.4, max: content.halves.length - 0.6, ticks: every, format: (n) => content.halves[n] };
  const room = (values) => Math.max(10, Math.ceil((1.15 * Math.max(...values)) / 10) * 10);

  function shown(state) {
    const { october, days, evenings } = content.data;
    if (state.at.picture === "october")
      return { x, y: { label: t("axis"), min: 0, max: room(october), every: 45 }, layers: [{ lines: [{ points: october.map((v, n) => [n, v]) }], color: 7, width: 2 }, { dots: october.map((v, n) => ({ x: n, y: v, label: ui.number(v) })), color: 7, shape: "square", r: 4 }] };
    if (state.at.picture === "days")
      return { x: { label: t("times"), min: 0, max: 3, ticks: [0, 1, 2, 3] }, y: { names: [...days.names].reverse(), band: 18 }, layers: [{ bars: [...days.times].reverse().map((v, y) => ({ x: v, y, label: ui.number(v, 1) })), color: 1 }] };
    return { x, y: { label: content.pictures[2].text, min: 0, max: room(evenings.opening), every: 45 },
      layers: [{ lines: [{ points: evenings.opening.map((v, n) => [n, v]) }], color: 2, width: 2 }, { dots: evenings.opening.map((v, n) => ({ x: n, y: v, label: String(v) })), color: 2, shape: "triangle", r: 5 },
        { lines: [{ points: evenings.plain.map((v, n) => [n, v]) }], color: 7, width: 2, dash: "7 3" }],
      legend: [{ shape: "triangle", color: 2, text: t("open_evenings") }, { line: true, color: 7, dash: "7 3", text: t("plain_evenings") }] };
  }
  return (state) => {
    const said = content.halves.map((_, n) => state.at[`h${n}`]);
    const { october } = content.data;
    look.draw({ ...shown(state), alt: content.pictures.find((p) => p.id === state.at.picture).text });
    own.draw({
      x, y: { label: t("axis"), min: 0, max: room([...said, ...october]), every: 45 },
      layers: [
        { lines: [{ points: october.map((v, n) => [n, v]) }], color: 7, width: 2, dash: "7 3" },
        { lines: [{ points: said.map((v, n) => [n, v]) }], color: 4, width: 3 },
        { dots: said.map((v, n) => ({ x: n, y: v, label: String(v), bold: true })), color: 4, shape: "diamond", r: 6 },
      ],
      legend: [{ shape: "diamond", color: 4, text: t("yours") }, { line: true, color: 7, dash: "7 3", text: t("usual") }],
      alt: state.text,
    });
    for (const handle of handles) handle.input.disabled = state.committed;
    // Who has moved no handle has forecast nothing.
    if (state.committed) touched = false;
    commit.disabled = !(state.moved || touched);
    commit.hidden = once.hidden = state.committed;
    summary.set(state.said);
    told.replaceChildren(...(state.surprise ? [ui.note("info", t("surprise"), state.surprise)] : []));
    table.set(state.table);
    // The button is gone: what came of it has the focus.
    if (pressed && state.committed) {
      pressed = false;
      told.focus();
    }
  };
});
