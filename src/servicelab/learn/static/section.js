export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const spent = h("p", { class: "sl-help" });
  const mark = ui.button({ text: t("mark"), press: () => { ui.send({ done: true }); ui.flush(); } });
  const next = ui.button({ text: "", primary: true, press: () => goTo(ui.state.next.title) });
  const last = h("span", { text: t("last") });
  ui.root.classList.add("lw-end");
  ui.root.append(summary.el, h("div", { class: "sl-bar-row" }, mark, next, last), spent);
  return (state) => {
    summary.set(`${state.title}: ${state.summary}`);
    const held = document.activeElement === mark;
    mark.hidden = state.done;
    next.hidden = !state.next;
    last.hidden = Boolean(state.next);
    if (state.next) next.textContent = t("next", state.next);
    if (held && mark.hidden) (next.hidden ? summary.el : next).focus({ preventScroll: true });
    spent.textContent = [state.minutes ? t("spent", { minutes: state.minutes, planned: state.planned }) : "", state.done ? t("pause") : ""].filter(Boolean).join(" ");
  };
});
