// Write the standard: eight lines, each mended by choice and explained at once; then the trial on four mattresses.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const rows = content.fields.map((f) => {
    const now = h("p", { class: "sheet-now", text: t("now", { line: f.bad }) });
    const pick = ui.radios({ legend: t("instead", { field: f.name }), options: f.options, hideLegend: true, change: (o) => choose(f.id, o) });
    const note = h("div", { "aria-live": "polite" });
    const mark = h("span", { class: "sheet-mark", "aria-hidden": "true" });
    const box = h("details", { class: "sl-details sheet-field" }, h("summary", {}, h("b", { text: f.name }), " ", mark), now, pick.el, note);
    return { f, now, pick, note, mark, box };
  });
  rows[0].box.open = true;
  const go = ui.button({ text: t("try"), primary: true, press: attempt });
  const told = h("div", { "aria-live": "polite" });
  const summary = ui.summary();
  const trial = h("div", { tabindex: "-1", class: "sheet-trial" });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    ...rows.map((r) => r.box), h("div", { class: "sl-bar-row" }, go), told, summary.el, trial, table.el);
  let pressed = false;

  function choose(field, option) {
    ui.send({ lines: { ...(ui.value.lines || {}), [field]: option }, tried: false });
    // The next line that is still as it was opens by itself; this one stays open, to be read.
    const next = rows.find((r) => r.f.id !== field && !(ui.value.lines || {})[r.f.id]);
    if (next) next.box.open = true;
  }
  function attempt() {
    const open = content.fields.filter((f) => !(ui.value.lines || {})[f.id]).length;
    told.replaceChildren(...(open ? [ui.note("info", null, t("left", { n: open }))] : []));
    if (open) return;
    pressed = true;
    ui.send({ tried: true });
  }
  return (state) => {
    state.fields.forEach((field, i) => {
      const row = rows[i];
      row.pick.set((ui.value.lines || {})[field.id] ?? null);
      row.mark.textContent = field.because ? (field.fits ? "✓" : "…") : "";
      row.note.replaceChildren(...(field.because ? [ui.note(field.fits ? "right" : "wrong", t(field.fits ? "fits" : "lets"), field.because)] : []));
    });
    if (!state.open) told.replaceChildren();
    summary.set(state.text);
    trial.hidden = table.el.hidden = !state.tried;
    if (!state.tried) return;
    trial.replaceChildren(h("h4", { class: "sl-head", text: t("trial") }), ...state.trial.map((one) =>
      ui.note(one.same ? "right" : "wrong", t(one.same ? "same" : "apart", { name: one.name }),
        one.says + (one.fields.length ? t("space") + t("hangs", { fields: one.fields.join(t("comma")) }) : ""))));
    table.set(state.table);
    if (pressed) trial.focus();
    pressed = false;
  };
});
