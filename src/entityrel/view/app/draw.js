// The picture: one line for each ordered pair of entities that has a visible statement.
import { MultiDirectedGraph } from "graphology";
import Sigma from "sigma";
import { EdgeArrowProgram, EdgeLineProgram } from "sigma/rendering";
import { EdgeCurvedArrowProgram } from "@sigma/edge-curve";
import { colourOf } from "./data.js";

const MANY = 5000; // pairs; from here on lines are hairlines, which software rendering can still draw at once

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function makePairs(graph) {
  const pairs = new Map();
  for (let row = 0; row < graph.edges; row += 1) {
    const key = graph.from[row] * graph.nodes + graph.to[row];
    const pair = pairs.get(key);
    if (pair) pair.rows.push(row);
    else pairs.set(key, { key: String(key), from: graph.from[row], to: graph.to[row], rows: [row] });
  }
  for (const pair of pairs.values()) pair.both = pairs.has(pair.to * graph.nodes + pair.from);
  return [...pairs.values()];
}

export function draw(graph, places, pairs, filtered, { onNode, onPair, onNothing }) {
  const model = new MultiDirectedGraph();
  const weight = new Float64Array(graph.nodes);
  for (let row = 0; row < graph.edges; row += 1) {
    weight[graph.from[row]] += 1;
    weight[graph.to[row]] += 1;
  }
  const narrow = matchMedia("(max-width: 800px)").matches ? 0.6 : 1;
  const least = narrow * (graph.nodes > 2000 ? 2 : graph.nodes > 100 ? 3.5 : 6);
  const grow = (narrow * 14) / Math.sqrt(Math.max(40, weight.reduce((a, b) => Math.max(a, b), 1)));
  for (let row = 0; row < graph.nodes; row += 1) {
    // A node without a line is not drawn, and must not make the picture smaller.
    const [x, y] = weight[row] ? [places[2 * row], places[2 * row + 1]] : [0, 0];
    model.addNode(String(row), {
      x, y, size: least + grow * Math.sqrt(weight[row]),
      label: graph.name(row), color: colourOf(graph.label(row)),
    });
  }
  const byKey = new Map();
  const many = pairs.length > MANY;
  for (const pair of pairs) {
    byKey.set(pair.key, pair);
    if (pair.from === pair.to) continue; // told in the panel; a line from a node to itself has no length
    const bold = pair.both ? "curved" : "arrow";
    model.addEdgeWithKey(pair.key, String(pair.from), String(pair.to), { type: many ? "line" : bold, bold });
  }
  const state = { node: undefined, pair: undefined, near: new Set(), ...filtered };
  const palette = {};
  const readPalette = () => {
    for (const name of ["fact", "hedged", "negated", "ink", "accent", "line", "paper"]) palette[name] = colour(name);
  };
  readPalette();

  const names = []; // of one picture
  const sigma = new Sigma(model, document.getElementById("graph"), {
    allowInvalidContainer: true,
    enableEdgeEvents: !many, // a second pass of rendering; `nearest` finds lines as well
    defaultEdgeType: "arrow",
    edgeProgramClasses: { arrow: EdgeArrowProgram, curved: EdgeCurvedArrowProgram, line: EdgeLineProgram },
    labelColor: { color: palette.ink },
    labelFont: "system-ui, sans-serif",
    labelRenderedSizeThreshold: narrow * (graph.nodes > 2000 ? 9 : graph.nodes > 100 ? 6 : 0),
    labelSize: narrow < 1 ? 12 : 14,
    labelDensity: graph.nodes > 2000 ? 0.7 : 2, // `drawNames` leaves out those that would hide others
    stagePadding: narrow * 60,
    hideEdgesOnMove: pairs.length > 20000,
    zIndex: true,
    defaultDrawNodeLabel: (context, data, settings) => data.label && names.push({ context, data: { ...data }, settings }),
    defaultDrawNodeHover: drawHover(palette),
    nodeReducer: (key, data) => {
      const row = Number(key);
      if (!state.live[row] && row !== state.node) return { ...data, hidden: true };
      if (state.node === undefined && !state.pair) return data;
      if (row === state.node || state.near.has(row)) return { ...data, zIndex: 2, forceLabel: row === state.node || state.near.size < 40 };
      return { ...data, color: palette.line, label: null, zIndex: 0 };
    },
    edgeReducer: (key, data) => {
      const pair = byKey.get(key);
      const shown = state.shown.get(pair) ?? { count: 0 };
      if (!shown.count) return { ...data, hidden: true };
      const size = (graph.nodes > 2000 ? 0.6 : 1.2) + Math.min(5, Math.sqrt(shown.count) * 0.7);
      const chosen = pair === state.pair || pair.from === state.node || pair.to === state.node;
      if (state.node === undefined && !state.pair) return { ...data, size, color: palette[shown.tone] + (many ? "a0" : "") };
      if (!chosen) return { ...data, hidden: true };
      const own = pair === state.pair;
      return { ...data, type: data.bold, size: own ? size + 2 : size, color: own ? palette.accent : palette[shown.tone], zIndex: 1 };
    },
  });
  sigma.on("beforeRender", () => { names.length = 0; });
  sigma.on("afterRender", () => drawNames(names, palette, String(state.node)));
  drawNames(names, palette); // of the first picture, which is there already
  sigma.on("clickNode", ({ node }) => onNode(Number(node)));
  sigma.on("clickEdge", ({ edge }) => onPair(byKey.get(edge)));
  // Lines are thin: a click or a finger beside one means it.
  const nearest = ({ x, y }, reach) => {
    let best;
    let least = reach * reach;
    const at = (row) => sigma.framedGraphToViewport(sigma.getNodeDisplayData(String(row)));
    const ends = new Map();
    const end = (row) => ends.get(row) ?? ends.set(row, at(row)).get(row);
    for (const pair of state.shown.keys()) {
      const chosen = pair === state.pair || pair.from === state.node || pair.to === state.node;
      if (pair.from === pair.to || ((state.node !== undefined || state.pair) && !chosen)) continue;
      const [a, b] = [end(pair.from), end(pair.to)];
      const [dx, dy] = [b.x - a.x, b.y - a.y];
      const along = Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy || 1)));
      const distance = (a.x + along * dx - x) ** 2 + (a.y + along * dy - y) ** 2;
      if (distance < least) [best, least] = [pair, distance];
    }
    return best;
  };
  sigma.on("clickStage", ({ event }) => {
    const pair = nearest(event, matchMedia("(pointer: coarse)").matches ? 14 : 5);
    if (pair) onPair(pair);
    else onNothing();
  });
  const under = new Set(); // from a line to its node, the one is entered before the other is left
  const point = (near) => { document.getElementById("graph").style.cursor = under.size || near ? "pointer" : "default"; };
  let waiting = false;
  sigma.on("moveBody", ({ event }) => {
    if (waiting || under.size) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; point(nearest(event, 5)); });
  });
  for (const what of ["Node", "Edge"]) {
    sigma.on(`enter${what}`, () => { under.add(what); point(); });
    sigma.on(`leave${what}`, () => { under.delete(what); point(); });
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readPalette();
    sigma.setSetting("labelColor", { color: palette.ink });
    sigma.refresh();
  });

  const camera = sigma.getCamera();
  return {
    sigma,
    filter({ shown, live }) {
      Object.assign(state, { shown, live });
      sigma.refresh({ skipIndexation: true });
    },
    choose({ node, pair, near }) {
      Object.assign(state, { node, pair, near: new Set(near) });
      sigma.refresh({ skipIndexation: true });
    },
    look(row) {
      const { x, y } = sigma.getNodeDisplayData(String(row));
      camera.animate({ x, y, ratio: Math.min(camera.ratio, 0.35) }, { duration: 300 });
    },
    move(dx, dy) {
      const { x, y, ratio } = camera.getState();
      camera.animate({ x: x + dx * ratio * 0.15, y: y + dy * ratio * 0.15 }, { duration: 100 });
    },
    zoom(how) {
      if (how === "in") camera.animatedZoom({ duration: 150 });
      else if (how === "out") camera.animatedUnzoom({ duration: 150 });
      else camera.animatedReset({ duration: 200 });
    },
    // Where a node lies on the screen, in CSS pixels of the stage; the tests click there.
    onScreen(row) {
      return sigma.graphToViewport(model.getNodeAttributes(String(row)));
    },
  };
}

// Names of which none hides another, the chosen and the largest first, each with a rim that lifts it from the lines.
function drawNames(names, palette, chosen) {
  const taken = [];
  names.sort((a, b) => (b.data.key === chosen) - (a.data.key === chosen) || b.data.size - a.data.size);
  for (const { context, data, settings } of names) {
    context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
    const [x, y] = [data.x + data.size + 3, data.y + settings.labelSize / 3];
    const box = [x, y - settings.labelSize, x + context.measureText(data.label).width, y + 3];
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    context.lineJoin = "round";
    context.lineWidth = 4;
    context.strokeStyle = palette.paper;
    context.strokeText(data.label, x, y);
    context.fillStyle = palette.ink;
    context.fillText(data.label, x, y);
  }
}

// Sigma's own hover box is white; this one follows the page's colours.
function drawHover() {
  return (context, data, settings) => {
    if (!data.label) return;
    const size = settings.labelSize;
    context.font = `${settings.labelWeight} ${size}px ${settings.labelFont}`;
    const width = context.measureText(data.label).width + data.size + 10;
    context.fillStyle = colour("panel");
    context.strokeStyle = colour("line");
    context.beginPath();
    context.roundRect(data.x - data.size - 3, data.y - size, width + data.size + 3, size * 2, size);
    context.fill();
    context.stroke();
    context.fillStyle = data.color;
    context.beginPath();
    context.arc(data.x, data.y, data.size, 0, Math.PI * 2);
    context.fill();
    context.fillStyle = colour("ink");
    context.fillText(data.label, data.x + data.size + 3, data.y + size / 3);
  };
}
