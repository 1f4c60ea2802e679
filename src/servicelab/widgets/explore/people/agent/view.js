// Be the agent: ten calls with four buttons, a guess, the day after; then two weights of a pay scheme and six months.
export default house.view((ui) => {
  const { h, t, content } = ui;
  const part = ui.radios({ key: "part", legend: t("parts"), options: content.parts, look: "segments" });
  const lead = h("p", { class: "sl-lead" });
  const summary = ui.summary();
  const table = ui.table();

  // The morning.
  const call = h("p", { class: "agent-call", tabindex: "-1" });
  const moves = content.moves.map((one) => ui.button({
    text: t("move", { text: one.text, n: one.minutes }), press: () => { ui.send({ moves: [...(ui.value.moves || []), one.id] }); call.focus(); },
  }));
  const guess = ui.slider({ label: t("guess"), min: 0, max: content.calls, help: t("move_to"), nowhere: t("nowhere"), input: ready });
  const look = ui.button({ text: t("look"), primary: true, press: () => ui.send({ guess: guess.get(), seen: true }) });
  const ask = h("div", {}, guess.el, h("div", { class: "sl-bar-row" }, look));
  const again = ui.button({ text: t("again"), quiet: true, press: () => { ui.send({ moves: [], seen: false, guess: null }); call.focus(); } });
  const hours = ui.chart();
  const days = h("div", { class: "agent-days" });
  const after = h("div", { class: "agent-after" }, hours.el, days, h("div", { class: "sl-bar-row" }, again));
  const morning = h("div", {}, call, h("div", { class: "sl-bar-row agent-moves" }, moves), ask, after);

  // The six months.
  const guessBack = ui.slider({ label: t("guess_back"), min: 0, max: 60, help: t("move_to"), nowhere: t("nowhere"), input: ready });
  const lookBack = ui.button({ text: t("look_back"), primary: true, press: () => ui.send({ guess_back: guessBack.get() }) });
  const askBack = h("div", {}, guessBack.el, h("div", { class: "sl-bar-row" }, lookBack));
  const weight = (key, label, stops) => ui.slider({ key, label, min: 0, max: stops.length - 1, format: (v) => t("yuan", { number: stops[v].toFixed(2) }) });
  const speed = weight("speed", t("speed"), content.speeds);
  const quality = weight("quality", t("quality"), content.qualities);
  const shares = ui.chart();
  const built = h("p", { class: "sl-help", text: t("built") });
  const set = h("div", { class: "sl-split" }, h("div", {}, speed.el, quality.el, built), h("div", {}, shares.el));
  const months = h("div", {}, askBack, set);

  ui.root.append(h("p", { class: "sl-title", text: t("title") }), part.el, lead, summary.el, morning, months, table.el);
  function ready() {
    look.disabled = !guess.placed;
    lookBack.disabled = !guessBack.placed;
  }

  function drawMorning(state) {
    call.hidden = state.over;
    call.textContent = state.call;
    for (const button of moves) button.hidden = state.over;
    ask.hidden = !state.over || state.told;
    after.hidden = !state.told;
    if (!state.made) guess.lift();
    ready();
    if (!state.told) return;
    days.replaceChildren(...state.days.map((one) => ui.note(one.back ? "wrong" : "right", one.head, one.says)));
    const most = Math.max(state.usual, ...state.hours.map((one) => one.yuan));
    hours.draw({
      x: { label: t("hours"), min: 0, max: 5 * Math.ceil(most / 5 + 0.2) },
      y: { names: state.hours.map((one) => one.name).reverse(), band: 34 },
      layers: [
        { bars: state.hours.map((one, i) => ({ x: one.yuan, y: state.hours.length - 1 - i, label: one.yuan.toFixed(2) })), color: 1 },
        { rules: [{ x: state.usual }] },
      ],
      legend: [{ shape: "square", color: 1, text: t("hours") }, { rule: true, text: t("usual") }],
      alt: state.text,
    });
  }
  function drawMonths(state) {
    askBack.hidden = state.shown;
    set.hidden = !state.shown;
    ready();
    if (!state.shown) return;
    const rows = state.bars.slice().reverse();
    // Beyond the line, and beyond the one run where that was a higher one: it is five of 100 wide.
    const end = (who, row) => (who === "mine" ? Math.max(row.mine.high, row.mine.happened + 2) : row[who].high);
    const bar = (who, shift) => rows.map((row, y) => ({ x: row[who].mean, y, label: row[who].mean.toFixed(0), clear: end(who, row), shift, thick: 0.34 }));
    const spread = (who, shift) => rows.map((row, y) => ({ x: row[who].mean, y, xlo: row[who].low, xhi: row[who].high, shift }));
    shares.draw({
      x: { label: t("of_100"), min: 0, max: 100, ticks: [0, 25, 50, 75, 100] },
      y: { names: rows.map((row) => row.name), band: 54 },
      layers: [
        { bars: bar("fixed", -0.2), color: 7 },
        ...(state.fixed ? [] : [
          { bars: bar("mine", 0.2), color: 1 },
          { intervals: spread("mine", 0.2), color: 7 },
          { dots: rows.map((row, y) => ({ x: row.mine.happened, y, title: t("one") })), shape: "diamond", color: 2, r: 5, hollow: true, shift: 0.2 },
        ]),
      ],
      legend: [
        { shape: "square", color: 7, text: t("fixed") },
        ...(state.fixed ? [] : [
          { shape: "square", color: 1, text: t("mine") }, { line: true, color: 7, text: t("middle") },
          { shape: "diamond", color: 2, hollow: true, text: t("one") },
        ]),
      ],
      alt: state.text,
    });
  }
  return (state) => {
    const first = state.part === "morning";
    lead.textContent = t(first ? "lead" : "lead_months");
    morning.hidden = !first;
    months.hidden = first;
    summary.set(state.text);
    if (first) drawMorning(state);
    else drawMonths(state);
    table.el.hidden = !state.table;
    if (state.table) table.set(state.table);
  };
});
