// Sets the theme that the user chose before the page paints for the first time. Without a choice the style sheet
// follows the system. Choosing is the page's work (app/notebook/src/theme.rs).

try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to this page: the system's theme it is.
}
