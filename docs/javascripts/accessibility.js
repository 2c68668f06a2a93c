// Names and keyboard access that the theme leaves out: its search dialog, and areas that scroll sideways.
function completeAccessibility() {
  document.querySelectorAll(".md-search").forEach(element => element.setAttribute("aria-label", "Search"))
  const areas = ".md-typeset__scrollwrap, .md-typeset__table, .highlight-ipynb, .jp-RenderedHTMLCommon, .jp-OutputArea-output pre"
  document.querySelectorAll(areas).forEach(element => {
    if (element.scrollWidth > element.clientWidth && !element.querySelector("a, button"))
      element.setAttribute("tabindex", "0")
  })
}

// The theme wraps tables once the page is there; instant navigation replaces the page without a new load.
if (window.document$) window.document$.subscribe(() => setTimeout(completeAccessibility))
else window.addEventListener("load", completeAccessibility)
window.addEventListener("resize", completeAccessibility)
