export function render({model, view, el}) {
  const year = 60 * 60 * 24 * 365
  const remember = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`
  }

  const show_language = () => {
    document.documentElement.lang = model.language
    remember("chisto_language", model.language)
  }
  const show_theme = () => {
    document.documentElement.dataset.chTheme = model.theme
    remember("chisto_theme", model.theme)
  }
  const show_title = () => { document.title = model.title }
  const show_address = () => {
    if (model.search === window.location.search) { return }
    const url = window.location.pathname + model.search
    if (model.replace || window.location.search === "") {
      window.history.replaceState({}, "", url)
    } else {
      window.history.pushState({}, "", url)
    }
  }
  const follow_back = () => { model.search = window.location.search }

  // Panel's own notice is in English only.
  const show_loss = () => {
    if (document.getElementById("ch-lost")) { return }
    const bar = document.createElement("div")
    bar.id = "ch-lost"
    bar.setAttribute("role", "alert")
    bar.textContent = model.lost + " "
    const again = document.createElement("button")
    again.textContent = model.reload
    again.addEventListener("click", () => window.location.reload())
    bar.append(again)
    document.body.append(bar)
  }

  if (!document.cookie.includes("chisto_theme=")) {
    model.prefers_dark = window.matchMedia("(prefers-color-scheme: dark)").matches
  }
  show_language(); show_theme(); show_title(); show_address()
  model.on("language", show_language)
  model.on("theme", show_theme)
  model.on("title", show_title)
  model.on("search", show_address)
  window.addEventListener("popstate", follow_back)
  view.model.document?.on_event("connection_lost", show_loss)
  view.model.document?.on_event("client_reconnected", () => document.getElementById("ch-lost")?.remove())
  model.on("remove", () => window.removeEventListener("popstate", follow_back))
  el.style.display = "none"
}
