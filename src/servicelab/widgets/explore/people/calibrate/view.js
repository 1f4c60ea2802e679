// Calibrate: the call on the left, eight criteria on the right; then criterion by criterion what three experts gave, and why.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const call = h("div", { class: "calibrate-call", role: "region", "aria-label": t("recording"), tabindex: "0" },
    h("h4", { class: "sl-head", text: t("recording") }),
    content.lines.map((line) => h("p", {}, h("strong", { text: `${line.who} ` }), line.says)));
  const rows = content.criteria.map((one) => ui.radios({
    legend: one.text, options: content.levels, look: "segments",
    change: (level) => { told.replaceChildren(); ui.send({ scores: { ...(ui.value.scores || {}), [one.id]: level }, compared: false }); },
  }));
  const told = h("div", { "aria-live": "polite" });
  const compare = ui.button({ text: t("compare"), primary: true, press: () => {
    // By what the hand has done, not by what Python has answered so far: that may still be on its way.
    const open = content.criteria.filter((one) => !(ui.value.scores || {})[one.id]).length;
    if (open) { told.replaceChildren(ui.note("info", null, t("open", { n: open }))); return; }
    pressed = true;
    told.replaceChildren();
    ui.send({ compared: true });
  } });
  const again = ui.button({ text: t("again"), quiet: true, press: () => ui.send({ compared: false }) });
  const summary = ui.summary();
  const after = h("div", { tabindex: "-1", class: "calibrate-after" });
  const table = ui.table();
  const pair = h("div", { class: "sl-pair" }, call, h("div", {}, rows.map((row) => row.el)));
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }), pair,
    h("div", { class: "sl-bar-row" }, compare, again), told, summary.el, after, table.el);
  let pressed = false;

  return (state) => {
    content.criteria.forEach((one, i) => { rows[i].set(state.scores[one.id] ?? null); rows[i].disable(state.compared); });
    summary.set(state.text);
    compare.hidden = state.compared;
    again.hidden = after.hidden = table.el.hidden = !state.compared;
    if (!state.compared) return;
    after.replaceChildren(...state.rows.map((row) => ui.note(row.kind, `${row.criterion} · ${row.scores}`, row.because)));
    table.set(state.table);
    if (pressed) after.focus();
    pressed = false;
  };
});
