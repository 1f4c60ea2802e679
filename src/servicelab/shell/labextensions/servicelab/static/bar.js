// The bar above a page: where one is, Back and Next, the list of sections, what is shown, and what Python is doing.
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export class Bar {
  // `does`: skip, go(index), back, next, home, whole(on), code(on), everything(on), again, start.
  constructor(t, language, does, signal) {
    this.t = t;
    this.does = does;
    this.skip = make("a", { class: "slx-skip", href: "#", text: t("skip"), onclick: (event) => { event.preventDefault(); does.skip(); } });
    this.where = make("small", { class: "slx-where" });
    this.title = make("span", { class: "slx-title" });
    this.opener = make("button", { type: "button", class: "slx-open", "aria-expanded": "false", "aria-haspopup": "true", onclick: () => this.toggle() },
      make("span", { class: "slx-burger", "aria-hidden": "true" }), make("span", { class: "slx-texts" }, this.where, this.title));
    this.backButton = make("button", { type: "button", class: "slx-button", onclick: does.back, text: t("back") });
    this.nextButton = make("button", { type: "button", class: "slx-button slx-primary", onclick: does.next, text: t("next") });
    this.returnButton = make("button", { type: "button", class: "slx-button slx-return", hidden: true, onclick: does.return });
    this.steps = make("div", { class: "slx-steps", "aria-hidden": "true" });
    this.menu = make("div", { class: "slx-menu", hidden: true });
    this.said = make("p", { class: "slx-said" });
    this.act = make("button", { type: "button", class: "slx-button slx-primary" });
    this.other = make("button", { type: "button", class: "slx-button" });
    this.count = make("progress", { class: "slx-count", "aria-label": t("preparing_label") });
    this.notice = make("div", { class: "slx-notice", hidden: true }, this.said, this.count, this.act);
    // Said aloud apart from what is seen: fifty steps of a count are too many for an ear.
    this.aloud = make("p", { class: "slx-hidden", role: "status" });
    this.node = make("nav", { class: "slx-bar", tabindex: "-1", "aria-label": t("bar"), lang: language === "zh" ? "zh-CN" : "en" }, this.skip,
      make("div", { class: "slx-row" }, make("div", { class: "slx-menu-place" }, this.opener, this.menu), make("div", { class: "slx-ways" }, this.backButton, this.nextButton, this.returnButton)),
      this.steps, this.notice, this.aloud);
    this.node.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", (event) => this.menu.parentElement.contains(event.target) || this.toggle(false), { capture: true, signal });
  }

  // What the page is now: {sections, at, walk, done, whole, code, title, home, everything, cameFrom}.
  show(state) {
    const { t } = this;
    this.state = state;
    const here = state.sections[state.at];
    const many = state.sections.length > 1;
    const minutes = here?.minutes ? t("minutes", { minutes: here.minutes }) : "";
    const place = here?.id ? t("section_of", { number: state.walk.indexOf(here) + 1, total: state.walk.length }) : "";
    this.where.textContent = many && !state.whole ? [place || state.title, here.analyst && t("analyst"), minutes].filter(Boolean).join(" · ") : "";
    this.title.textContent = many && !state.whole ? here.title : state.title;
    this.where.hidden = !this.where.textContent;
    this.backButton.hidden = this.nextButton.hidden = !many || state.whole;
    this.backButton.disabled = state.back < 0;
    this.nextButton.disabled = state.next < 0;
    this.returnButton.hidden = !state.wayBack;
    this.returnButton.textContent = state.wayBack ? t("go_back", { title: state.wayBack }) : "";
    this.steps.hidden = !many;
    this.steps.replaceChildren(...state.walk.map((s) =>
      make("span", { class: [s === here && !state.whole && "slx-now", state.done.has(s.id) && "slx-done"].filter(Boolean).join(" ") || null })));
    if (this.menu.hidden) return;
    // The list is drawn anew under the hand of whoever uses it.
    const stop = this.stops.indexOf(document.activeElement);
    this.fill();
    this.stops[stop]?.focus();
  }

  get stops() {
    return [...this.menu.querySelectorAll("button, input")];
  }

  fill() {
    const { t, state, does } = this;
    const close = (act) => () => { this.toggle(false); act(); };
    const item = (text, act) => make("button", { type: "button", class: "slx-item", onclick: close(act) }, text);
    const list = make("ol", { class: "slx-list" }, ...state.sections.map((section, index) => make("li", {},
      make("button", { type: "button", class: "slx-item", "aria-current": index === state.at && !state.whole ? "step" : null, onclick: close(() => does.go(index)) },
        make("span", { class: `slx-tick${state.done.has(section.id) ? " slx-ticked" : section.id ? "" : " slx-none"}`, "aria-hidden": "true", text: state.done.has(section.id) ? "✓" : "" }),
        make("span", { class: "slx-name" }, section.title, section.analyst && make("small", { text: ` · ${t("analyst")}` }),
          state.done.has(section.id) && make("span", { class: "slx-hidden", text: ` (${t("done")})` })),
        make("small", { text: section.minutes ? t("minutes", { minutes: section.minutes }) : "" })))));
    const choice = (text, on, act) => make("label", { class: "slx-choice" },
      make("input", { type: "checkbox", checked: on, onchange: (event) => act(event.target.checked) }), make("span", { text }));
    this.menu.replaceChildren(...[
      state.home && item(t("start_page"), does.home),
      state.cameFrom && item(t("go_back", { title: state.cameFrom }), does.return),
      state.sections.length > 1 && list,
      make("fieldset", { class: "slx-choices" }, make("legend", { text: t("shown") }),
        state.sections.length > 1 && choice(t("whole"), state.whole, does.whole),
        choice(t("code"), state.code, does.code),
        choice(t("everything"), state.everything, does.everything)),
    ].filter(Boolean));
  }

  toggle(open = this.menu.hidden) {
    if (open === !this.menu.hidden) return;
    if (open) this.fill();
    else if (this.menu.contains(document.activeElement)) this.opener.focus();
    this.menu.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) (this.menu.querySelector("[aria-current]") ?? this.menu.querySelector("button, input"))?.focus();
  }

  key(event) {
    if (event.key === "Escape" && !this.menu.hidden) {
      event.stopPropagation();
      this.toggle(false);
      this.opener.focus();
    }
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!move || this.menu.hidden || !this.menu.contains(event.target)) return;
    event.preventDefault();
    const { stops } = this;
    stops.at((stops.indexOf(event.target) + move) % stops.length)?.focus();
  }

  // One thing at a time: {kind, text, action, press, other, done, all}; null when all is well.
  tell(notice) {
    this.notice.hidden = !notice;
    if (!notice) {
      this.aloud.textContent = "";
      return;
    }
    this.notice.className = `slx-notice slx-${notice.kind}`;
    this.said.textContent = notice.text;
    this.count.hidden = notice.all === undefined;
    if (notice.all !== undefined) Object.assign(this.count, { max: Math.max(1, notice.all), value: notice.done });
    this.act.hidden = !notice.action;
    this.act.textContent = notice.action ?? "";
    this.act.onclick = notice.press ?? null;
    if (notice.other && !this.other.isConnected) this.notice.append(this.other);
    else if (!notice.other) this.other.remove();
    this.other.textContent = notice.other?.text ?? "";
    this.other.onclick = notice.other?.press ?? null;
    const aloud = notice.aloud ?? notice.text;
    if (this.aloud.textContent !== aloud) this.aloud.textContent = aloud;
  }
}
