// Four ways: what each came to less than as it was, round after round; who decided what; and once more from the beginning.
const LOOK = { you: { color: 4, shape: "diamond" }, informed: { color: 2, shape: "triangle" }, as_is: { color: 7, shape: "square" }, naive: { color: 5, shape: "down" } };

export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const course = ui.chart({ height: 300 });
  const decided = h("div", {});
  const who = h("details", { class: "sl-details" }, h("summary", { text: t("decisions") }), decided);
  const earlier = h("ul", {});
  let pressed = false;
  const again = ui.button({ text: t("again"), press: () => {
    pressed = true;
    ui.model.send({ again: true });
  } });
  const kept = h("p", { class: "sl-help", text: t("kept") });
  const table = ui.table();
  const after = h("div", {}, course.el, who, h("div", { class: "sl-bar-row" }, again, kept));
  const list = h("div", { tabindex: "-1" }, h("h4", { class: "sl-head", text: t("plays") }), earlier);
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), summary.el, after, list, table.el);
  return (state) => {
    summary.set(state.said);
    after.hidden = table.el.hidden = !state.open;
    list.hidden = !state.plays.length;
    earlier.replaceChildren(...state.plays.map((said) => h("li", { text: said })));
    // The button is gone, and with it half of the page: the list that has grown is where one stands now.
    if (pressed && !state.open) {
      pressed = false;
      list.focus();
    }
    if (!state.open) return;
    const every = state.lines.flatMap((line) => line.saved);
    const step = 20000;
    const [low, high] = [Math.floor(Math.min(0, ...every) / step) * step, Math.ceil(Math.max(step, ...every) / step) * step];
    course.draw({
      x: { label: t("round"), min: -0.2, max: state.rounds.length - 0.6, ticks: state.rounds.map((_, n) => n), format: (n) => state.rounds[n] },
      y: { label: t("less"), min: low, max: high, every: 45, format: (v) => ui.number(v) },
      layers: state.lines.flatMap((line) => [
        { lines: [{ points: line.saved.map((v, n) => [n, v]) }], color: LOOK[line.id].color, width: line.id === "you" ? 3 : 2, dash: line.id === "as_is" ? "7 3" : null },
        { dots: line.saved.map((v, n) => ({ x: n, y: v, title: `${line.name}: ${ui.number(v)}` })), ...LOOK[line.id], r: 5 },
      ]),
      legend: state.lines.map((line) => ({ ...LOOK[line.id], text: line.name })),
      alt: state.text,
    });
    decided.replaceChildren(ui.grid({ ...state.decisions, hideCaption: true }));
    table.set(state.table);
  };
});
