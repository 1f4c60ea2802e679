// What the server says about the course: who works here, which notebooks were delivered, and the words.
const option = (() => {
  try {
    return JSON.parse(document.getElementById("jupyter-config-data").textContent);
  } catch {
    return {};
  }
})();
// A page's configuration keeps strings as they are; of an object the server would keep the keys only.
const said = JSON.parse(option.servicelab || "{}");

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const course = {
  role: said.role || "",

  // The words of a language, filled in: t("next"), t("minutes", {minutes: 7}).
  words(language) {
    const words = said.words?.[language] ?? said.words?.en ?? {};
    return (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  },

  // Whether the code of a notebook is the code that was delivered under this path. The list comes with the page from
  // the server's own configuration: a hash inside the notebook would be written by whoever sent the notebook. It goes
  // by path, since the same code beside other files need not do the same. Without a secure context (plain http from
  // another machine) browsers do not hash; then nothing runs unasked.
  async delivered(path, sources) {
    const known = said.delivered?.[path];
    if (!known || !globalThis.crypto?.subtle) return false;
    return (await sha256(JSON.stringify(sources))) === known;
  },

  // Whether nothing but answers differs from what was delivered: the cells that were delivered to be filled in or tried,
  // by their places, which come from the server as well.
  async ownWork(path, sources) {
    const known = said.answers?.[path];
    if (!known || !globalThis.crypto?.subtle) return false;
    return (await sha256(JSON.stringify(sources.map((source, place) => (known.places.includes(place) ? null : source))))) === known.rest;
  },

  // The questions delivered beside a notebook, whose checks run what stands in them; null where there are none.
  questions(path) {
    const beside = path.replace(/[^/]*$/, "quiz.json");
    return said.beside?.[beside] ? beside : null;
  },

  // Whether the text of a file of questions is the one that was delivered under this path.
  async asDelivered(path, text) {
    return (await sha256(text)) === said.beside[path];
  },

  // The start page of the edition that a notebook belongs to; without a notebook that of the first edition.
  startPage(path = null) {
    const pages = Object.keys(said.delivered ?? {}).filter((known) => /(^|\/)start\.ipynb$/.test(known));
    return pages.find((page) => path === null || path.startsWith(page.slice(0, -"start.ipynb".length))) ?? null;
  },

  // The page that an address without a document means: the one that stands in the folder it names, if it is the only one.
  pageIn(folder) {
    const inside = Object.keys(said.delivered ?? {}).filter((page) => page.slice(0, page.lastIndexOf("/")) === folder);
    return inside.length === 1 ? inside[0] : null;
  },

  // An address of JupyterLab, made that of a document: /lab/workspaces/auto-1/tree/lessons becomes …/tree/start.ipynb.
  address(pathname, path) {
    const before = pathname.replace(/\/tree(\/.*)?$/, "").replace(/\/$/, "");
    return `${before}/tree/${path.split("/").map(encodeURIComponent).join("/")}`;
  },

  // The document in an address of JupyterLab: /lab/tree/lessons/01_needs/lesson.ipynb.
  pathIn(pathname) {
    const found = /\/tree\/(.+)$/.exec(pathname);
    return found ? decodeURIComponent(found[1]) : null;
  },
};
