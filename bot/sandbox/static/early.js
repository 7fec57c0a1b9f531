// Runs before the first paint, so that the chosen theme and language never flash in late.
(() => {
  const root = document.documentElement;
  const theme = localStorage.getItem("vidhuk.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "uk" || asked === "en") localStorage.setItem("vidhuk.lang", asked);
  root.lang = localStorage.getItem("vidhuk.lang") === "en" ? "en" : "uk";
})();
