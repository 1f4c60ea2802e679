export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const spent = h("p", { class: "sl-help" });
  const mark = ui.button({ text: t("mark"), press: () => { pressed = true; ui.send({ done: true }); ui.flush(); } });
  const next = ui.button({ text: "", primary: true, press: () => goTo(ui.root, ui.state.next.title) });
  let pressed = false;
  const last = h("span", { text: t("last") });
  ui.root.classList.add("lw-end");
  ui.root.append(summary.el, h("div", { class: "sl-bar-row" }, mark, next, last), spent);
  return (state) => {
    summary.set(state.summary);
    mark.hidden = state.done;
    next.hidden = !state.next;
    last.hidden = Boolean(state.next);
    if (state.next) next.textContent = t("next", state.next);
    if (pressed && !next.hidden) next.focus({ preventScroll: true });
    pressed = false;
    spent.textContent = [state.minutes ? t("spent", { minutes: state.minutes, planned: state.planned }) : "", state.done ? t("pause") : ""].filter(Boolean).join(" ");
  };
});
