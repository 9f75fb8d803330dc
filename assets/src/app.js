// What the pages do beyond links and forms. Every page also works without this script.

import htmx from "htmx.org";
import "./entries.js";

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

// A part that cannot be fetched must not leave a dead click: go to the page itself, which says why.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const { requestConfig, pathInfo } = event.detail;
    if (requestConfig?.verb === "get") location.assign(pathInfo?.finalRequestPath ?? requestConfig.path);
  });
}

// Who was sent elsewhere (signed out meanwhile, another step to take) goes there with the whole page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  const arrived = xhr.responseURL && new URL(xhr.responseURL);
  const asked = new URL(pathInfo.requestPath, location.href);
  if (arrived && arrived.pathname !== asked.pathname) {
    event.detail.shouldSwap = false;
    location.assign(arrived.href);
    return;
  }
  // What the page wants to say is not in the part that is swapped: bring it along.
  if (!xhr.responseText.includes('id="messages"')) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  find("#messages")?.append(...findAll("#messages > .message", page));
});

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
  if (count) announce(count.textContent);
}

function announce(text) {
  find("#announcement").textContent = text;
}

// --- Notifications: said aloud once the page stands, closed without a new page. ---

document.addEventListener("click", (event) => {
  const closing = event.target.closest?.("[data-dismiss]");
  if (!closing) return;
  event.preventDefault();
  closing.closest(`.${closing.dataset.dismiss}`)?.remove();
  find("main").focus();
});

// --- Forms: sent once, and nothing typed is lost by a stray click. ---

const SENT_FOR_MS = 10_000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  setBusy(form, true);
  // An answer that is a file leaves the page as it is.
  setTimeout(() => release(form), SENT_FOR_MS);
});

function release(form) {
  delete form.dataset.sent;
  setBusy(form, false);
}

// Not `disabled`: the name of the button that was pressed must go along, and the focus must stay.
function setBusy(form, isBusy) {
  for (const button of form.elements) {
    if (button.type !== "submit") continue;
    if (isBusy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

addEventListener("pageshow", () => findAll("form[data-sent]").forEach(release));

// A form that says data-keep asks before what was typed in it is left behind.
addEventListener("beforeunload", (event) => {
  const isLeft = (form) => form.dataset.sent === undefined && [...form.elements].some(hasChanged);
  if (findAll("form[data-keep]").some(isLeft)) event.preventDefault();
});

function hasChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const first = [...field.options].some((option) => option.defaultSelected);
    return first && [...field.options].some((option) => option.selected !== option.defaultSelected);
  }
  return "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue;
}

// --- Picking rows. ---

document.addEventListener("change", (event) => {
  const all = event.target.closest?.("[data-pick-all]");
  if (all) {
    for (const box of document.getElementById(all.dataset.pickAll).elements) {
      if (box.name === "rij") box.checked = all.checked;
    }
  }
});

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
  const typing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
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
  const menu = find("#menu");
  if (matchMedia("(max-width: 991.98px)").matches) menu?.removeAttribute("open");
  menu?.setAttribute("data-settled", "");
  // The examples of /ui/ do not take the focus.
  find("[data-focus]:not(.piece *)")?.focus();
  // A message that stands there from the start is not read aloud by itself: say it again.
  const said = findAll("#messages p").map((line) => line.textContent.trim()).join(" ");
  if (said) setTimeout(() => announce(said), 150);
});
