// A term of the glossary is explained where it stands: its definition came with the link, as its title.
import { make } from "./bar.js";

const TERM = /glossary\.ipynb[^#]*#cell-id=([\w-]+)/;

export class Terms {
  // `lead(term)` opens the glossary there.
  constructor(panel, t, lead, signal) {
    this.t = t;
    this.lead = lead;
    panel.node.addEventListener("click", (event) => this.click(event), { capture: true });
    document.addEventListener("pointerdown", (event) => { if (!this.box?.contains(event.target)) this.close(false); }, { capture: true, signal });
    panel.node.addEventListener("scroll", () => this.close(false), { capture: true, passive: true });
    signal.addEventListener("abort", () => this.close(false));
  }

  click(event) {
    const link = event.target.closest?.("a[title][href]");
    const term = link && TERM.exec(link.href);
    if (!term || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.open(link, decodeURIComponent(term[1]));
  }

  open(link, term) {
    const { t } = this;
    this.close(false);
    const box = make("div", { class: "slx-term", role: "dialog", tabindex: "-1", "aria-label": t("term", { term: link.textContent }), lang: link.closest("[lang]")?.lang || null },
      make("strong", { text: link.textContent }), make("p", { text: link.title }),
      make("div", { class: "slx-term-ways" },
        make("button", { type: "button", class: "slx-term-go", onclick: () => { this.close(false); this.lead(term); }, text: t("to_glossary") }),
        make("button", { type: "button", class: "slx-term-go", onclick: () => this.close(), text: t("close") })));
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Escape") this.close();
    });
    document.body.append(box);
    const at = link.getBoundingClientRect();
    const room = box.getBoundingClientRect();
    const below = at.bottom + 6 + room.height < innerHeight;
    box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - room.width - 8))}px`;
    box.style.top = `${below ? at.bottom + 6 : Math.max(8, at.top - room.height - 6)}px`;
    this.box = box;
    this.link = link;
    link.setAttribute("aria-expanded", "true");
    box.focus({ preventScroll: true });
    // Whoever tabs out of it has read it.
    box.addEventListener("focusout", (event) => { if (event.relatedTarget && !box.contains(event.relatedTarget)) this.close(false); });
  }

  close(back = true) {
    const { box, link } = this;
    if (!box) return;
    this.box = null;
    link.removeAttribute("aria-expanded");
    box.remove();
    if (back) link.focus({ preventScroll: true });
  }
}
