// Marks everything on the page that can be worked with, and returns a description of each mark.
() => {
  const WORKABLE = "a[href], button, input, textarea, select, summary, [role=button], [role=tab], [role=checkbox], [role=switch], [role=slider], [role=combobox], [role=menuitem], [role=option], [role=row][tabindex], [onclick]"
  const found = []
  const visit = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.matches(WORKABLE) && !node.disabled && node.getAttribute("aria-disabled") !== "true"
          && node.getAttribute("aria-hidden") !== "true" && node.checkVisibility({checkVisibilityCSS: true})) {
        node.__mark = found.length
        // Of a group whose parts the arrow keys move between, one takes part in the tab order.
        const group = node.closest("[role=tablist], [role=radiogroup], [role=listbox], [role=menu], [role=group], [role=grid]")
        if (group && group.__group === undefined) { group.__group = found.length }
        found.push({
          name: `${node.tagName}|${node.getAttribute("aria-label") || node.textContent.trim().slice(0, 60) || node.name || node.type}`,
          group: group && node.tabIndex < 0 ? group.__group : null,
        })
      }
      if (node.shadowRoot) { visit(node.shadowRoot) }
    }
  }
  visit(document)
  return found
}
