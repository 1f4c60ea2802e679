export default house.view((ui) => {
  const { h, t } = ui;
  const said = (who, text, mine) => h("li", { class: mine ? "lk-you" : "lk-customer" }, h("span", { class: "lk-who", text: who }), h("span", { class: "lk-words", text }));
  const first = ui.state;
  const past = h("ol", { class: "lk-talk" });
  const before = h("details", { class: "sl-details" }, h("summary", { text: t("so_far") }), past);
  const words = h("p", { class: "lk-now", tabindex: "-1" });
  const note = h("p", { class: "lk-note" });
  const rules = h("div", {});
  const choices = h("div", { class: "lk-choices" });
  const call = h("div", {}, h("div", { class: "lk-bubble" }, h("span", { class: "lk-who", text: t("customer") }), words), note, rules,
    h("p", { class: "lk-say", text: t("say") }), choices, h("p", { class: "sl-help", text: t("once") }));
  const meters = h("div", { class: "lk-meters", role: "group", "aria-label": t("meters") });
  const live = h("p", { class: "sl-hidden", "aria-live": "polite", "aria-atomic": "true" });
  const outcome = h("h4", { class: "lk-outcome", tabindex: "-1" });
  const debrief = h("p", { class: "lk-debrief" });
  const left = h("p", { class: "lk-left" });
  const badge = h("p", {});
  const explained = h("ol", { class: "lk-explained" });
  const again = ui.button({ text: t("again"), primary: true, press: () => {
    ui.send({ runs: [...(ui.value.runs || []), ui.value.path || []], path: [] });
    ui.flush();
    moved = true;
  } });
  const seen = h("span", { class: "sl-help" });
  const end = h("div", {}, badge, outcome, debrief, left, h("div", { class: "sl-bar-row" }, again, seen),
    h("h4", { class: "lk-head", text: t("debrief") }), explained);
  const scene = h("details", { class: "sl-details lk-scene", open: true }, h("summary", { text: t("scene") }), h("p", { text: first.scene }));
  const heading = h("h3", { class: "sl-title", text: first.title });
  const small = h("p", { class: "lk-kind" });
  ui.root.append(small, heading, scene, h("div", { class: "lk-grid" }, h("div", {}, before, call, end), meters), live);
  let moved = false;

  // What she says now and everything that can be said to it stand in view: with the whole desk around it, the meters
  // included, where the window is tall enough for that. What is taller than the window begins at the top.
  function bring(part) {
    const room = ui.root.closest(".jp-WindowedPanel-outer")?.clientHeight ?? innerHeight;
    const whole = [ui.root, part].find((each) => each.offsetHeight <= room);
    (whole ?? part).scrollIntoView({ block: whole ? "nearest" : "start" });
  }
  // The second half of a double click is no answer to what has only just been said; and what comes to lie under a pointer
  // that rests there is not marked until it moves.
  choices.addEventListener("pointermove", (event) => {
    if (event.movementX || event.movementY) choices.classList.remove("lk-fresh");
  });
  function choose(id, event) {
    if (event.detail > 1) return;
    moved = true;
    choices.classList.add("lk-fresh");
    ui.send({ path: [...(ui.value.path || []), id] });
    ui.flush();
  }
  function meter(m) {
    const level = Math.round(m.level);
    const change = Math.round(m.change);
    const sign = change > 0 ? `▲ ${change}` : change < 0 ? `▼ ${-change}` : "";
    const bar = h("div", { class: "lk-bar", role: "meter", "aria-label": m.name, "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": level, "aria-valuetext": `${level} / 100${sign ? ` (${sign})` : ""}` }, h("div", { class: "lk-fill", style: `width:${level}%` }));
    return h("div", { class: "lk-meter" }, h("div", { class: "sl-row" }, h("span", { text: m.name }), h("span", { class: "sl-value" }, `${level}`, sign && h("small", { class: change > 0 ? "lk-up" : "lk-down", text: ` ${sign}` }))), bar);
  }
  function reason(c) {
    return h("div", { class: `lk-reason${c.taken ? " lk-taken" : ""}` },
      h("p", {}, h("strong", { text: t(c.taken ? "taken" : "other") + t("colon") }), c.say),
      h("p", { class: "lk-because", text: c.because }), c.effect && h("p", { class: "sl-help", text: c.effect }));
  }
  // A rule that the screen names opens where it is named: the card with the rules is out of sight by then.
  function named(words) {
    const cards = ui.root.closest(".jp-Notebook")?.querySelectorAll(".sl-policy .sl-rule") ?? [];
    return [...cards].map((card) => [card.querySelector(".sl-head").textContent, card.querySelector("p").textContent])
      .filter(([title]) => words.includes(`“${title}”`))
      .map(([title, says]) => h("details", { class: "sl-details" }, h("summary", { text: title }), h("p", { text: says })));
  }
  return (state) => {
    small.textContent = `${t("kind")} · ${t("minutes")} · ${t("contact", { number: state.contact })}`;
    past.replaceChildren(...state.transcript.flatMap((turn) => [said(t("customer"), turn.customer), said(t("you"), turn.you, true)]));
    before.hidden = !state.transcript.length;
    call.hidden = state.ended;
    end.hidden = !state.ended;
    words.textContent = state.customer;
    note.hidden = !state.note;
    note.replaceChildren(h("strong", { text: t("note") + t("colon") }), state.note);
    rules.replaceChildren(...named(state.note));
    choices.replaceChildren(...state.choices.map((c) => h("button", { type: "button", class: "lk-choice", onclick: (event) => choose(c.id, event), text: c.say })));
    meters.replaceChildren(...state.meters.map(meter));
    if (state.ended) {
      badge.className = `lk-badge lk-${state.grade}`;
      badge.textContent = t(state.grade);
      outcome.textContent = state.outcome;
      debrief.textContent = state.debrief;
      left.textContent = state.left;
      left.hidden = !state.left;
      seen.textContent = t("endings", state.endings);
      explained.replaceChildren(...state.explained.map((m) => h("li", {},
        h("p", { class: "lk-quote", text: m.customer }),
        m.choices.filter((c) => c.taken).map(reason),
        h("details", { class: "sl-details" }, h("summary", { text: t("others") }), m.choices.filter((c) => !c.taken).map(reason)))));
    }
    live.textContent = state.ended ? t("ended", { grade: t(state.grade), outcome: state.outcome }) : "";
    if (!moved) return;
    moved = false;
    if (state.transcript.length) scene.open = false;
    const goal = state.ended ? outcome : words;
    goal.focus({ preventScroll: true });
    if (!state.ended) return bring(call);
    // The debrief goes through the contact once more: what was said need not stand open above it.
    before.open = false;
    ui.root.scrollIntoView({ block: "start" });
  };
});
