// The forms of the record: Ctrl + Enter finishes, and what was typed is kept even at the last moment.

const formOf = (event) => event.target.closest?.("form[data-entry]");

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const finish = event.target.closest?.("form")?.querySelector("[data-finish]");
  if (!finish) return;
  event.preventDefault();
  finish.form.requestSubmit(finish);
});

// Somebody who leaves within the moment that the draft waits: it goes along after all.
document.addEventListener("input", (event) => {
  const form = formOf(event);
  if (form) form.dataset.unsaved = "";
});

// Whoever was signed out meanwhile gets the page to sign in: that is no answer to put in the form.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = formOf(event);
  if (!form || new URL(event.detail.xhr.responseURL, location).pathname === form.dataset.draft) return;
  event.detail.shouldSwap = false;
  event.detail.isError = true;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event);
  if (!form || event.target.id !== "status") return;
  if (event.detail.successful) {
    delete form.dataset.unsaved;
    return;
  }
  const saved = form.querySelector("[data-saved]");
  if (saved) {
    saved.dataset.lost = "";
    saved.textContent = form.dataset.lostText;
  }
});

addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-entry][data-unsaved]")) {
    if (form.dataset.sent !== undefined) continue;
    navigator.sendBeacon(form.dataset.draft, new FormData(form));
  }
});
