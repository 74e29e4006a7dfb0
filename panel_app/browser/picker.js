export function render({model}) {
  const zone = document.createElement("div")
  zone.className = "zone"
  const input = document.createElement("input")
  input.type = "file"
  input.id = "file"
  const label = document.createElement("label")
  label.htmlFor = "file"
  label.className = "choose"
  const lead = document.createElement("span")
  const hint = document.createElement("div")
  hint.className = "hint"
  const state = document.createElement("div")
  state.className = "state"
  state.setAttribute("role", "status")
  const bar = document.createElement("progress")
  bar.max = 1
  const line = document.createElement("div")
  line.append(lead, " ", label)
  zone.append(input, line, hint, bar, state)

  // A dictionary arrives as a Map.
  const words = (name) => (model.texts instanceof Map ? model.texts.get(name) : model.texts[name]) || ""
  let sending = false
  const say = (text, is_error = false) => {
    state.textContent = text
    state.classList.toggle("error", is_error)
  }
  const show_texts = () => {
    lead.textContent = words("drop")
    label.textContent = words("choose")
    hint.textContent = words("formats")
    input.setAttribute("aria-label", words("label"))
  }
  const show_work = () => {
    const busy = sending || model.is_busy
    zone.classList.toggle("busy", busy)
    input.disabled = busy
    bar.hidden = !busy
    if (model.is_busy) {
      if (model.progress > 0 && model.progress < 1) { bar.value = model.progress } else { bar.removeAttribute("value") }
      say(`${model.filename}. ${words("reading")}`)
    } else if (!sending && !state.classList.contains("error")) {
      say("")
    }
  }
  const send = (file) => {
    if (!file || sending || model.is_busy) { return }
    if (model.limit && file.size > model.limit) {
      say(words("too_large"), true)
      return
    }
    sending = true
    state.classList.remove("error")
    show_work()
    const request = new XMLHttpRequest()
    request.open("POST", `${model.address}&filename=${encodeURIComponent(file.name)}`)
    request.setRequestHeader("Content-Type", "application/octet-stream")
    request.upload.onprogress = (e) => {
      bar.value = e.loaded / e.total
      const percent = `${Math.floor(100 * e.loaded / e.total)} %`
      say(`${file.name}. ${words("sending").replace("{percent}", percent)}`)
    }
    const end = (text) => {
      sending = false
      input.value = ""
      if (text) { say(text, true) }
      show_work()
    }
    request.onload = () => {
      if (request.status === 200) {
        model.filename = file.name
        model.finished += 1
        end()
      } else {
        end(request.status === 413 ? words("too_large") : words("broken"))
      }
    }
    request.onerror = () => end(words("broken"))
    request.send(file)
  }

  input.addEventListener("change", () => send(input.files[0]))
  zone.addEventListener("dragover", (e) => { e.preventDefault(); zone.classList.add("over") })
  zone.addEventListener("dragleave", () => zone.classList.remove("over"))
  zone.addEventListener("drop", (e) => {
    e.preventDefault()
    zone.classList.remove("over")
    send(e.dataTransfer.files[0])
  })
  show_texts(); show_work()
  model.on("texts", show_texts)
  model.on("is_busy", show_work)
  model.on("progress", show_work)
  return zone
}
