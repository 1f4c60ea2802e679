// One button leads on. Reading alone is done by going on; where something is open, a second, quiet one leaves it out.
export default house.view((ui) => {
  const { h, t } = ui;
  const summary = ui.summary();
  const spent = h("p", { class: "sl-help" });
  const done = () => { ui.send({ done: true }); ui.flush(); };
  const next = ui.button({ text: "", primary: true, press: () => {
    if (!ui.state.done && !ui.state.left) done();
    goTo(ui.root, ui.state.next.title);
  } });
  const mark = ui.button({ text: t("mark"), primary: true, press: () => { pressed = true; done(); } });
  const leave = ui.button({ text: t("leave"), quiet: true, press: () => { pressed = true; done(); } });
  let pressed = false;
  const onward = ui.button({ text: "", press: () => {
    if (!ui.state.done && !ui.state.left) done();
    openPage(ui.root, ui.state.onward.path);
  } });
  const last = h("span", { text: t("last") });
  ui.root.classList.add("lw-end");
  ui.root.append(summary.el, h("div", { class: "sl-bar-row" }, last, next, mark, onward, leave), spent);
  return (state) => {
    summary.set(state.summary);
    leave.hidden = state.done || !state.left;
    mark.hidden = state.done || Boolean(state.next) || Boolean(state.left);
    next.hidden = !state.next;
    last.hidden = Boolean(state.next);
    if (state.next) next.textContent = t("next", state.next);
    onward.hidden = Boolean(state.next) || !state.onward;
    if (state.onward) onward.textContent = state.onward.label;
    // One button is the next one to press.
    onward.classList.toggle("sl-primary", mark.hidden);
    const goes = next.hidden ? onward : next;
    if (pressed && !goes.hidden) goes.focus({ preventScroll: true });
    pressed = false;
    spent.textContent = [state.minutes ? t("spent", { minutes: state.minutes, planned: state.planned }) : "", state.done ? t("pause") : ""].filter(Boolean).join(t("space"));
  };
});
