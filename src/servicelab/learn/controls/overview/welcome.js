export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const bar = h("div", { class: "lw-bar", "aria-hidden": "true" });
  const list = h("ol", { class: "lw-list" });
  const row = h("div", { class: "sl-bar-row" });
  const more = h("p", { class: "lw-more" });
  const theirs = h("ul", { class: "lw-list" });
  ui.root.append(h("h2", { class: "sl-title", text: t("title") }), summary.el, bar, list, row, more, theirs);

  // The page around it marks in its own list what is done, and opens where one stopped.
  const tell = () => ui.root.dispatchEvent(new CustomEvent("servicelab:progress", { bubbles: true, detail: {
    sections: ui.state.sections, next: ui.state.started ? ui.state.next?.id : null } }));

  const item = (s) => h("li", { class: s.done ? "lw-done" : "" },
    h("span", { class: "lw-sign", "aria-hidden": "true", text: s.done ? "✓" : "" }),
    h("span", { class: "lw-name" }, h("button", { type: "button", class: "lw-go", onclick: () => goTo(ui.root, s.title), text: s.title })),
    h("span", { class: "lw-time", text: t("minutes", { minutes: s.minutes }) + (s.spent ? ` · ${t("spent", { minutes: s.spent })}` : "") }),
    h("span", { class: "sl-hidden", text: s.done ? t("done") : t("open") }));

  return (state) => {
    // At its first drawing the control is not in the page yet.
    queueMicrotask(tell);
    setTimeout(tell, 100);
    summary.set(state.summary);
    const core = state.sections.filter((s) => !s.analyst);
    bar.hidden = !core.length;
    bar.replaceChildren(...core.map((s) => h("span", { class: s.done ? "lw-full" : s.done_items ? "lw-half" : "" })));
    list.replaceChildren(...core.map(item));
    more.textContent = state.more;
    more.hidden = theirs.hidden = !state.more;
    theirs.replaceChildren(...state.sections.filter((s) => s.analyst).map(item));
    row.replaceChildren(
      ...(state.next ? [ui.button({ text: t(state.started ? "go" : "start", { title: state.next.title }), primary: true, press: () => goTo(ui.root, state.next.title) })] : []),
      ...(state.onward ? [ui.button({ text: t("onward"), press: () => openPage(ui.root, state.onward) })] : []));
  };
});
