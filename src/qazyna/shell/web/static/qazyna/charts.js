// Draws the charts whose specifications the page carries. Colours are the page's own: a figure is
// filled with the page's patterns and written in the page's ink, so light and dark need no redrawing.
"use strict";

function draw(place) {
  const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
  const options = { renderer: "svg", actions: false, ast: true, tooltip: { theme: "custom" } };
  window.vegaEmbed(place, spec, options).then((result) => {
    place.chart = result;
  });
}

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll("[data-chart]")) {
    draw(place);
  }
});
