// What the browser remembers of a notebook, by its path: where one was. A browser that keeps nothing costs the memory,
// not the page.
const name = (what, path) => `servicelab:${what}:${path}`;

export const memory = {
  get(what, path = "") {
    try {
      return JSON.parse(localStorage.getItem(name(what, path)));
    } catch {
      return null;
    }
  },
  set(what, value, path = "") {
    try {
      localStorage.setItem(name(what, path), JSON.stringify(value));
    } catch {
      // Full, or switched off by the firm.
    }
  },
};
