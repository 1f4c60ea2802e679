// A sentence of the draft, a verdict that stands once it is given, then other ways to look at the same firm.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const sentence = h("blockquote", { class: "sl-lead", text: content.sentence });
  const verdict = ui.radios({ key: "verdict", legend: t("verdict"), options: content.verdicts, look: "segments" });
  let pressed = false;
  const commit = ui.button({ text: t("commit"), primary: true, press: () => {
    pressed = true;
    ui.send({ committed: true });
  } });
  const once = h("p", { class: "sl-help", text: t("once") });
  const views = ui.radios({
    legend: t("views"), options: content.views, look: "segments",
    change: (view) => ui.send({ view, seen: [...new Set([...(ui.value.seen || []), view])] }),
  });
  const picture = ui.chart();
  const summary = ui.summary();
  const settled = h("p", { "aria-live": "polite" });
  const table = ui.table();
  ui.root.append(h("p", { class: "sl-title", text: t("title") }), h("p", { class: "sl-help", text: t("draft") }), sentence,
    verdict.el, h("div", { class: "sl-bar-row" }, commit, once), views.el, picture.el, summary.el, settled, table.el);
  return (state) => {
    verdict.disable(state.committed);
    commit.disabled = !state.at.verdict;
    commit.hidden = once.hidden = state.committed;
    views.el.hidden = settled.hidden = !state.committed;
    views.set(state.at.view);
    picture.draw({ ...state.chart, alt: state.text });
    summary.set(state.text);
    settled.textContent = state.settled || t("left");
    table.set(state.table);
    // The button is gone: one stands at the picture that is shown, and the arrow keys lead on.
    if (pressed && state.committed) {
      pressed = false;
      views.focus();
    }
  };
});
