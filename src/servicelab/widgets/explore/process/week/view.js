// Where did the week go: five sliders that share 100 %; after the comparison, painting against log and the days hour by hour.
const LOOK = {
  worked: { color: 2, shape: "triangle" }, travel: { color: 1, shape: "square" }, desk: { color: 5, shape: "diamond" },
  closed: { color: 7, shape: "circle" }, customer: { color: 4, shape: "down" },
};

export default house.view((ui) => {
  const { h, t, content } = ui;
  const names = Object.fromEntries(content.colours.map((c) => [c.id, c.text]));
  const sliders = content.colours.map((c) => ui.slider({ key: c.id, label: c.text, min: 0, max: 100, unit: "%" }));
  const left = h("p", { class: "week-left", role: "status" });
  const look = ui.button({ text: t("look"), primary: true, press: compare });
  const told = h("div", { "aria-live": "polite" });
  const summary = ui.summary();
  const shares = ui.chart();
  const days = ui.chart();
  const head = h("h4", { class: "sl-head", text: t("calendar") });
  const after = h("div", { tabindex: "-1", class: "week-after" }, shares.el, head, days.el);
  const table = ui.table();
  ui.root.append(
    h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("p", { class: "sl-help", text: t("steps", { steps: content.steps.join(t("arrow")) }) }),
    h("div", { class: "sl-pair week-sliders" }, sliders.map((s) => s.el)),
    left, h("div", { class: "sl-bar-row" }, look), told, summary.el, after, table.el,
  );
  let pressed = false;

  const given = () => content.colours.reduce((sum, c) => sum + (ui.value[c.id] || 0), 0);
  function compare() {
    const rest = 100 - given();
    told.replaceChildren(...(rest === 0 ? [] : [ui.note("info", null, rest > 0 ? t("first", { left: rest }) : t("first_over", { over: -rest }))]));
    if (rest !== 0) return;
    pressed = true;
    ui.send({ looked: true });
  }
  function draw(state) {
    const order = content.colours.map((c) => c.id).reverse();
    shares.draw({
      x: { label: t("share"), min: 0, max: 100, ticks: [0, 25, 50, 75, 100] },
      y: { names: order.map((id) => names[id]), band: 46 },
      layers: [
        { bars: order.map((id, y) => ({ x: state.truth[id], y, label: t("percent", { number: Math.round(state.truth[id] * 10) / 10 }) })), color: 1, thick: 0.36, shift: 0.2 },
        { bars: order.map((id, y) => ({ x: state.at[id], y, label: t("percent", { number: state.at[id] }) })), color: 7, thick: 0.36, shift: -0.2 },
      ],
      legend: [{ shape: "square", color: 7, text: t("yours") }, { shape: "square", color: 1, text: t("log") }],
      alt: state.text,
    });
    const rows = [...state.days].reverse();
    days.draw({
      x: { label: t("clock"), min: 0, max: 24, ticks: [0, 6, 9, 12, 15, 18, 24] },
      y: { names: rows.map((d) => d.name), band: 26 },
      layers: Object.keys(LOOK).map((id) => ({
        bars: rows.flatMap((d, y) => d.parts.filter((p) => p.is === id).map((p) => ({ start: p.from, x: p.to, y }))), color: LOOK[id].color, thick: id === "worked" ? 0.95 : 0.7,
      })),
      legend: content.colours.map((c) => ({ shape: "square", color: LOOK[c.id].color, text: c.text })),
      alt: state.text,
    });
  }
  return (state) => {
    for (const slider of sliders) slider.input.disabled = state.looked;
    left.textContent = state.left === 0 ? t("full") : state.left > 0 ? t("left", { left: state.left }) : t("over", { over: -state.left });
    left.classList.toggle("week-over", state.left < 0);
    left.hidden = look.hidden = state.looked;
    // A hint is for the painting as it was: any move takes it away.
    told.replaceChildren();
    after.hidden = table.el.hidden = summary.el.hidden = !state.looked;
    if (!state.looked) return;
    summary.set(state.text);
    draw(state);
    table.set(state.table);
    if (pressed) after.focus();
    pressed = false;
  };
});
