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
    const {search, is_step, after} = model.address
    // Sent before the user's last step was known: it belongs to another entry of the history.
    if (after !== model.stepped.count || search === window.location.search) { return }
    const url = window.location.pathname + search
    if (is_step && window.location.search !== "") {
      window.history.pushState({}, "", url)
    } else {
      window.history.replaceState({}, "", url)
    }
  }
  const follow_step = () => {
    model.stepped = {count: model.stepped.count + 1, search: window.location.search}
  }

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

  const narrow = window.matchMedia("(max-width: 599.95px)")
  const tell_width = () => {
    model.is_narrow = narrow.matches
    remember("chisto_narrow", narrow.matches ? 1 : 0)
  }
  narrow.addEventListener("change", tell_width)
  // What the page is told before its components are mounted, they miss.
  const first_visit = !document.cookie.includes("chisto_theme=")
  const tell = () => {
    model.is_ready = true
    tell_width()
    if (first_visit) { model.prefers_dark = window.matchMedia("(prefers-color-scheme: dark)").matches }
  }
  const bokeh = view.model.document
  if (bokeh == null || bokeh.is_idle) { setTimeout(tell, 100) } else { bokeh.idle.connect(() => setTimeout(tell, 100)) }
  show_language(); show_theme(); show_title(); show_address()
  model.on("language", show_language)
  model.on("theme", show_theme)
  model.on("title", show_title)
  model.on("address", show_address)
  window.addEventListener("popstate", follow_step)
  view.model.document?.on_event("connection_lost", show_loss)
  view.model.document?.on_event("client_reconnected", () => document.getElementById("ch-lost")?.remove())
  model.on("remove", () => {
    window.removeEventListener("popstate", follow_step)
    narrow.removeEventListener("change", tell_width)
  })
  el.style.display = "none"
}
