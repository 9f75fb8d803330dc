// What the pages do beyond links and forms. Every page also works without this script.

import htmx from "htmx.org";

window.htmx = htmx;

const find = (selector, root = document) => root.querySelector(selector);
const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- The why panel: opens beside the page, gives the focus back when it closes. ---

let opener = null;

function openWhy() {
  const panel = find("#why");
  panel.hidden = false;
  find(".why-heading", panel)?.focus();
}

function closeWhy() {
  const panel = find("#why");
  if (!panel || panel.hidden) return;
  panel.hidden = true;
  findAll("[data-why-open]").forEach((link) => delete link.dataset.whyOpen);
  (document.contains(opener) ? opener : find("main"))?.focus();
  opener = null;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const link = event.target;
  if (link.getAttribute("hx-target") !== "#why-content" || link.closest("#why")) return;
  findAll("[data-why-open]").forEach((other) => delete other.dataset.whyOpen);
  link.dataset.whyOpen = "";
  opener = link;
});

document.addEventListener("htmx:afterSwap", (event) => {
  // What was swapped as a whole is no longer in the page: look up what stands in its place.
  const target = document.getElementById(event.detail.target.id) ?? event.detail.target;
  if (target.id === "why-content") openWhy();
  announceResults(target);
  decorate(target);
});

// A panel that cannot be fetched must not leave a dead click: go to the page itself.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const address = event.target.getAttribute?.("hx-get");
    if (event.detail.target?.id === "why-content" && address) location.assign(address);
  });
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-close-why]")) {
    event.preventDefault();
    closeWhy();
  }
  const dialogButton = event.target.closest?.("[data-open-dialog]");
  if (dialogButton) find(dialogButton.dataset.openDialog)?.showModal();
  const toggle = event.target.closest?.("[data-toggle]");
  if (toggle) {
    const shown = find(toggle.dataset.toggle);
    shown.hidden = !shown.hidden;
    toggle.setAttribute("aria-expanded", String(!shown.hidden));
    if (!shown.hidden) shown.scrollIntoView({ block: "nearest" });
  }
  // A menu made of <details> closes when something else is clicked.
  for (const menu of findAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

function announceResults(target) {
  const count = find("[data-result-count]", target);
  if (count) find("#announcement").textContent = count.textContent;
}

// --- The pregnancy line: one tab stop; arrows walk through time and over the lanes. ---

function decorate(root) {
  for (const element of findAll("[data-needs-script]", root)) element.hidden = false;
  for (const button of findAll("[data-toggle]", root)) {
    button.setAttribute("aria-expanded", String(!find(button.dataset.toggle).hidden));
  }
  for (const line of findAll("[data-line]", root)) {
    const marks = findAll("a[data-x]", line);
    marks.forEach((mark, i) => mark.setAttribute("tabindex", i === 0 ? "0" : "-1"));
    const scroller = line.closest("[data-scroll-to]");
    if (scroller) scroller.scrollLeft = Number(scroller.dataset.scrollTo) - scroller.clientWidth / 2;
  }
}

function step(line, from, key) {
  const marks = findAll("a[data-x]", line);
  const at = (mark) => [Number(mark.dataset.x), Number(mark.dataset.lane)];
  const [x, lane] = at(from);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const same = marks.filter((mark) => at(mark)[1] === lane);
    return same[same.indexOf(from) + (key === "ArrowRight" ? 1 : -1)];
  }
  if (key === "Home" || key === "End") return key === "Home" ? marks[0] : marks.at(-1);
  const down = key === "ArrowDown";
  const lanes = marks.map((mark) => at(mark)[1]).filter((other) => (down ? other > lane : other < lane));
  if (lanes.length === 0) return undefined;
  const next = down ? Math.min(...lanes) : Math.max(...lanes);
  return marks
    .filter((mark) => at(mark)[1] === next)
    .reduce((best, mark) => (Math.abs(at(mark)[0] - x) < Math.abs(at(best)[0] - x) ? mark : best));
}

document.addEventListener("keydown", (event) => {
  const mark = event.target.closest?.("[data-line] a[data-x]");
  if (!mark || !/^(Arrow|Home|End)/.test(event.key)) return;
  const next = step(mark.closest("[data-line]"), mark, event.key);
  if (!next) return;
  event.preventDefault();
  mark.setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
});

// --- Keys: `/` searches, `g` and a letter goes, `?` shows which. ---

let pressedG = 0;

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    closeWhy();
    findAll("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      find("summary", menu).focus();
    });
    return;
  }
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || find("dialog[open]")) return;
  if (event.key === "/") {
    const search = find("[data-search]");
    event.preventDefault();
    if (search) search.focus();
    else location.assign(find("[data-search-page]")?.href ?? location.href);
  } else if (event.key === "?") {
    find("#keys")?.showModal();
  } else if (event.key === "g") {
    pressedG = event.timeStamp;
  } else if (event.timeStamp - pressedG < 1500) {
    const link = find(`[data-go="${CSS.escape(event.key)}"]`);
    if (link) location.assign(link.href);
    pressedG = 0;
  }
});

// --- The money river: whoever is pointed at, or has the focus, shows what flows to and from it. ---

function showArms(event) {
  const block = [event.target, document.activeElement]
    .map((element) => element?.closest?.("[data-river-block]"))
    .find(Boolean);
  for (const river of findAll("[data-river]")) {
    river.toggleAttribute("data-shows", river.contains(block));
    for (const ribbon of findAll("[data-ends]", river)) {
      const ends = ribbon.dataset.ends.split(" ");
      ribbon.toggleAttribute("data-shown", ends.includes(block?.dataset.riverBlock));
    }
  }
}

document.addEventListener("pointerover", showArms);
document.addEventListener("focusin", showArms);

document.addEventListener("DOMContentLoaded", () => {
  // Without this script the tables behind a button simply stand open.
  findAll("[data-starts-hidden]").forEach((element) => (element.hidden = true));
  decorate(document);
  // On a phone the menu starts closed; without script it is simply open.
  if (matchMedia("(max-width: 991.98px)").matches) find("#menu")?.removeAttribute("open");
});
