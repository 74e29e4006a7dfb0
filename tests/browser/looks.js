// What a person with poor sight or a small screen would stumble over. Walks shadow roots as well.
() => {
  const found = {overflow: [], cut: [], faint: []}
  const width = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth > width + 1) { found.overflow.push(`${document.documentElement.scrollWidth} > ${width}`) }

  const parse = (colour) => {
    const numbers = colour.match(/[\d.]+/g)
    if (!numbers) { return [0, 0, 0, 0] }
    const [r, g, b, a = 1] = numbers.map(Number)
    return colour.startsWith("color(srgb") ? [r * 255, g * 255, b * 255, a] : [r, g, b, a]
  }
  const over = (top, below) => {
    const alpha = top[3]
    return [0, 1, 2].map((i) => top[i] * alpha + below[i] * (1 - alpha)).concat(1)
  }
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 })
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const parent_of = (node) => node.assignedSlot || node.parentElement || (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null)
  const background_of = (element) => {
    const layers = []
    for (let node = element; node; node = parent_of(node)) {
      const colour = parse(getComputedStyle(node).backgroundColor)
      if (colour[3] > 0) { layers.push(colour) }
      if (colour[3] === 1) { break }
    }
    return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1])
  }
  const is_shown = (element) => {
    for (let node = element; node; node = parent_of(node)) {
      const style = getComputedStyle(node)
      if (style.visibility === "hidden" || style.display === "none" || Number(style.opacity) < 0.1) { return false }
    }
    const box = element.getBoundingClientRect()
    return box.width > 1 && box.height > 1
  }
  const is_disabled = (element) => {
    for (let node = element; node; node = parent_of(node)) {
      if (node.disabled || node.getAttribute("aria-disabled") === "true" || node.classList.contains("Mui-disabled")) { return true }
    }
    return false
  }
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) { walk(element.shadowRoot) }
      const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join(" ").trim()
      if (!text || ["STYLE", "SCRIPT", "TITLE", "NOSCRIPT", "LEGEND"].includes(element.tagName) || !is_shown(element)) { continue }
      if (element.classList.contains("material-icons") || element.closest(".material-icons")) { continue }
      const style = getComputedStyle(element)
      if (["hidden", "clip"].includes(style.overflowX) && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 2) {
        found.cut.push(`${text.slice(0, 60)} (${element.scrollWidth} > ${element.clientWidth})`)
      }
      if (is_disabled(element)) { continue }
      const below = background_of(element)
      const ink = over(parse(style.color), below)
      const [light, dark] = [luminance(ink), luminance(below)].sort((a, b) => b - a)
      const ratio = (light + 0.05) / (dark + 0.05)
      if (ratio < 4.5) { found.faint.push(`${text.slice(0, 60)} ${ratio.toFixed(2)} ${style.color} on ${below.map(Math.round)}`) }
    }
  }
  walk(document)
  return found
}
