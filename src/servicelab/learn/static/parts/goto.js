// Scrolls the notebook around `root` to the section whose heading says `title`, and puts the keyboard there.
function goTo(root, title) {
  const plain = (text) => text.replace(/[¶#\s]+/g, " ").trim();
  const headings = [...(root.closest(".jp-Notebook") || document).querySelectorAll("h1, h2, h3, h4")];
  const found = headings.find((h) => !h.closest(".sl") && plain(h.textContent) === plain(title));
  if (!found) return false;
  found.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  found.tabIndex = -1;
  found.focus({ preventScroll: true });
  return true;
}
