// Runs before the first paint: sets the theme that was chosen, so that no page flashes.
// Without a choice the system decides, and keeps deciding when it changes.

const KEY = "ooievaar-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system"; // storage is blocked: follow the system
  }
}

function apply(choice) {
  const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
  document.documentElement.dataset.bsTheme = theme;
  document.documentElement.dataset.themeChoice = choice;
  document.dispatchEvent(new CustomEvent("ooievaar:theme", { detail: theme }));
}

document.documentElement.dataset.script = "";
apply(chosen());
dark.addEventListener("change", () => apply(chosen()));

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-choose-theme]");
  if (!button) return;
  try {
    localStorage.setItem(KEY, button.dataset.chooseTheme);
  } catch {
    // The choice then holds for this page only.
  }
  apply(button.dataset.chooseTheme);
  mark();
});

function mark() {
  for (const button of document.querySelectorAll("[data-choose-theme]")) {
    const isChosen = button.dataset.chooseTheme === document.documentElement.dataset.themeChoice;
    button.setAttribute("aria-pressed", String(isChosen));
  }
}

document.addEventListener("DOMContentLoaded", mark);
