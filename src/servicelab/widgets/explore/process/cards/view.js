// Three redesign cards: a guess, then card by card what the replay says, as a mean and quarter by quarter.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const guess = ui.radios({ key: "guess", legend: t("guess"), options: content.cards });
  const cards = content.cards.map((c) => {
    const button = ui.button({ text: t("turn"), press: () => ui.send({ turned: [...new Set([...(ui.value.turned || []), c.id])], last: c.id }) });
    const state = h("p", { class: "sl-help" });
    return { c, button, state, el: h("div", { class: "cards-card" }, h("h4", { class: "sl-head", text: c.text }), h("p", { text: c.says }), button, state) };
  });
  const table = ui.table();
  const summary = ui.summary();
  const bars = ui.chart();
  const course = ui.chart({ height: 260 });
  const pictures = h("div", { class: "sl-pair" },
    h("div", {}, h("h4", { class: "sl-head", text: t("bars") }), bars.el), h("div", {}, h("h4", { class: "sl-head", text: t("course") }), course.el));
  const rack = h("div", { class: "cards-rack" }, cards.map((card) => card.el));
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), rack, guess.el, summary.el, pictures, table.el);

  return (state) => {
    const { at, turned } = state;
    guess.disable(turned.length > 0);
    for (const { c, button, state: line } of cards) {
      const open = turned.includes(c.id);
      button.hidden = !at.guess || (open && at.last === c.id);
      button.textContent = t(open ? "again" : "turn");
      line.textContent = open && at.last === c.id ? t("shown") : "";
    }
    summary.set(state.text);
    pictures.hidden = table.el.hidden = !turned.length;
    if (!turned.length) return;
    const rows = [...state.bars].reverse();
    bars.draw({
      x: { label: t("days"), min: 0, max: Math.max(8, Math.ceil(Math.max(...rows.map((r) => r.days)))), every: 60 },
      y: { names: rows.map((r) => r.name), band: 44 },
      layers: [
        { bars: rows.map((r, y) => ({ x: r.days, y, label: r.days.toFixed(2), color: y === rows.length - 1 ? 7 : 1 })) },
      ],
      alt: state.text,
    });
    const top = Math.max(...state.lines.flatMap((l) => l.days));
    course.draw({
      x: { label: t("quarter"), min: 0, max: state.quarters.length - 1, ticks: state.quarters.map((_, i) => i), format: (i) => state.quarters[i].replace("Q", " Q") },
      y: { label: t("days"), min: 0, max: Math.ceil(top / 2) * 2 },
      layers: state.lines.flatMap((line, i) => [
        { lines: [{ points: line.days.map((d, x) => [x, d]) }], color: i ? 1 : 7, dash: i ? null : "7 3", width: i ? 3 : 2 },
        { dots: line.days.map((d, x) => ({ x, y: d, title: `${state.quarters[x]}: ${ui.number(d, 1)}` })), color: i ? 1 : 7, shape: i ? "circle" : "square", r: 3.6, faint: true },
      ]),
      legend: state.lines.map((line, i) => ({ line: true, shape: i ? "circle" : "square", color: i ? 1 : 7, dash: i ? null : "7 3", text: line.name })),
      alt: state.text,
    });
    table.set(state.table);
  };
});
