export default house.view((ui) => {
  const { h, t } = ui;
  const prompt = h("p", { class: "ll-prompt" });
  const verdict = h("div", { "aria-live": "polite", tabindex: "-1" });
  const steps = h("div", { "aria-live": "polite" });
  const solution = h("pre", { class: "ll-code", tabindex: "0" });
  const answer = h("div", {}, h("p", { class: "ll-head", text: t("solution_head") }), solution);
  let pressed = null;
  const count = (key) => ui.value[key] || 0;
  const hint = ui.button({ text: t("hint"), press: () => { pressed = hint; ui.send({ hints: count("hints") + 1 }); ui.flush(); } });
  const show = ui.button({ text: t("solution"), quiet: true, press: () => { pressed = show; ui.send({ asked: count("asked") + 1 }); ui.flush(); } });
  ui.root.append(prompt, verdict, steps, h("div", { class: "sl-bar-row" }, hint, show), answer);
  return (state) => {
    prompt.textContent = state.prompt;
    const kind = { right: "right", wrong: "wrong", untouched: "info" }[state.verdict];
    verdict.replaceChildren(...(kind ? [ui.note(kind, t("sentence", { words: t(state.verdict) }), state.feedback)] : []));
    steps.replaceChildren(
      ...state.hints.map((text, i) => ui.note("info", t("sentence", { words: t("hint_head", { number: i + 1 }) }), text)),
      ...(state.ask_again ? [ui.note("info", "", state.ask_again)] : []));
    hint.hidden = !state.hints_left || state.verdict === "right";
    hint.textContent = t(state.hints.length ? "next" : "hint");
    show.hidden = Boolean(state.solution);
    answer.hidden = !state.solution;
    solution.textContent = state.solution;
    if (pressed?.hidden) (show.hidden ? solution : show).focus({ preventScroll: true });
    pressed = null;
  };
});
