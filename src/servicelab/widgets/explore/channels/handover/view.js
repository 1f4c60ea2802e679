// Hand it over: lines of the record are ticked into a note with a limit; then question by question what the next one knows.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const lines = ui.checks({ key: "lines", legend: t("record"), options: content.lines, change: () => ui.send({ handed: false }) });
  const left = h("p", { class: "handover-left", role: "status" });
  const note = h("p", { class: "handover-note" });
  const go = ui.button({ text: t("go"), primary: true, press: hand });
  const told = h("div", { "aria-live": "polite" });
  const summary = ui.summary();
  const after = h("div", { tabindex: "-1", class: "handover-after" });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-lead", text: t("lead") }),
    h("div", { class: "sl-pair" }, h("div", {}, lines.el),
      h("div", { class: "handover-side" }, h("h4", { class: "sl-head", text: t("note") }), note, left, h("div", { class: "sl-bar-row" }, go), told)),
    summary.el, after, table.el);
  let pressed = false;

  function hand() {
    const any = lines.get().length > 0;
    told.replaceChildren(...(any ? [] : [ui.note("info", null, t("empty"))]));
    if (!any || ui.state.over) return;
    pressed = true;
    ui.send({ handed: true });
  }
  return (state) => {
    left.textContent = state.over ? `${t("left", { used: state.used })} · ${t("over")}` : t("left", { used: state.used });
    left.classList.toggle("handover-over", state.over);
    note.textContent = state.note || "\u00a0";
    go.disabled = state.over;
    if (state.at.lines.length) told.replaceChildren();
    summary.set(state.text);
    after.hidden = table.el.hidden = !state.handed;
    if (!state.handed) return;
    after.replaceChildren(
      h("h4", { class: "sl-head", text: t("tuesday") }),
      ...state.rows.map((row) => ui.note(row.known ? "right" : "wrong", `${row.question} ${t(row.known ? "known" : "asks")}`, row.says)),
      ...state.harms.map((one) => ui.note("info", `${t("harm")} “${one.line}”`, one.says)),
      h("p", { class: "sl-help", text: t("change") }),
    );
    table.set(state.table);
    if (pressed) after.focus();
    pressed = false;
  };
});
