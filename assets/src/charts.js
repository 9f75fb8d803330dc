// Charts, loaded after the page. SVG, described in words, in the colours of the theme.

import { use, init } from "echarts/core";
import { SankeyChart } from "echarts/charts";
import { AriaComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([SankeyChart, AriaComponent, TooltipComponent, SVGRenderer]);

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// A custom property may hold `light-dark(...)`: let the browser resolve it on a real element.
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

function euros(cents, language) {
  return new Intl.NumberFormat(language === "nl" ? "nl-NL" : "en-GB", {
    style: "currency",
    currency: "EUR",
  }).format(cents / 100);
}

function river(element) {
  const { nodes, links, description } = JSON.parse(
    document.getElementById(element.dataset.chart).textContent,
  );
  const language = document.documentElement.lang;
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  const columns = ["--oo-river-1", "--oo-river-2", "--oo-river-3"].map(colour);
  const chart = init(element, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    aria: { enabled: true, label: { enabled: true, description } },
    textStyle: { fontFamily: token("--tblr-font-sans-serif") },
    tooltip: {
      trigger: "item",
      confine: true,
      backgroundColor: colour("--oo-card"),
      borderColor: colour("--oo-line"),
      textStyle: { color: colour("--oo-text"), fontSize: 13 },
      formatter: ({ dataType, data, value, name }) =>
        dataType === "edge"
          ? `${names.get(data.source)} → ${names.get(data.target)}<br><b>${euros(data.value, language)}</b>`
          : `${names.get(name)}<br><b>${euros(value, language)}</b>`,
    },
    series: [
      {
        type: "sankey",
        left: 4,
        right: 200,
        top: 8,
        bottom: 8,
        nodeWidth: 14,
        nodeGap: 14,
        layoutIterations: 64,
        draggable: false,
        emphasis: { focus: "adjacency" },
        label: {
          color: colour("--oo-text"),
          fontSize: 12,
          formatter: ({ name }) => names.get(name),
          width: 196,
          overflow: "truncate",
        },
        lineStyle: { color: "gradient", opacity: 0.32, curveness: 0.5 },
        data: nodes.map((node) => ({
          name: node.id,
          depth: node.column,
          itemStyle: { color: columns[node.column], borderWidth: 0 },
          cursor: node.anchor ? "pointer" : "default",
        })),
        links: links.map(({ source, target, cents }) => ({ source, target, value: cents })),
      },
    ],
  });
  chart.on("click", ({ dataType, data }) => {
    const id = dataType === "edge" ? data.target : data.name;
    const anchor = nodes.find((node) => node.id === id)?.anchor;
    if (anchor) location.hash = anchor;
  });
  return chart;
}

const drawn = new Map();

function draw() {
  for (const element of document.querySelectorAll("[data-chart]")) {
    drawn.get(element)?.dispose();
    drawn.set(element, river(element));
  }
}

draw();
document.addEventListener("ooievaar:theme", () => requestAnimationFrame(draw));
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== width) requestAnimationFrame(draw);
  width = innerWidth;
});
