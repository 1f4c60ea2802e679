export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const bar = h("div", { class: "lw-bar", "aria-hidden": "true" });
  const list = h("ol", { class: "lw-list" });
  const row = h("div", { class: "sl-bar-row" });
  ui.root.append(h("h2", { class: "sl-title", text: t("title") }), summary.el, bar, list, row);

  // The page around it marks in its own list what is done, and opens where one stopped.
  const tell = () => ui.root.dispatchEvent(new CustomEvent("servicelab:progress", { bubbles: true, detail: {
    sections: ui.state.sections, next: ui.state.started ? ui.state.next?.id : null } }));

  return (state) => {
    // At its first drawing the control is not in the page yet.
    queueMicrotask(tell);
    setTimeout(tell, 100);
    summary.set(state.summary);
    const core = state.sections.filter((s) => !s.analyst);
    bar.hidden = !core.length;
    bar.replaceChildren(...core.map((s) => h("span", { class: s.done ? "lw-full" : s.done_items ? "lw-half" : "" })));
    list.replaceChildren(...state.sections.map((s) => h("li", { class: s.done ? "lw-done" : "" },
      h("span", { class: "lw-sign", "aria-hidden": "true", text: s.done ? "✓" : "" }),
      h("span", { class: "lw-name" }, s.title, s.analyst && h("small", { text: ` (${t("analyst")})` })),
      h("span", { class: "lw-time", text: t("minutes", { minutes: s.minutes }) + (s.spent ? ` · ${t("spent", { minutes: s.spent })}` : "") }),
      h("span", { class: "sl-hidden", text: s.done ? t("done") : t("open") }))));
    row.replaceChildren(...(state.next ? [ui.button({ text: t(state.started ? "go" : "start", { title: state.next.title }), primary: true, press: () => goTo(ui.root, state.next.title) })] : []));
  };
});
