// Filters, search, details and keyboard. Text from the graph goes into the page as text nodes only.
import { colourOf, evidenceParts, readGraph, safeLink } from "./data.js";
import { draw, makePairs } from "./draw.js";

const PAGE = 50; // statements shown at once in the panel
const at = (id) => document.getElementById(id);

function make(tag, { text, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  if (text !== undefined) element.textContent = text;
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

const graph = readGraph(JSON.parse(at("graph-data").textContent));
const places = JSON.parse(at("graph-places").textContent);
const pairs = makePairs(graph);
const pairsOf = Array.from({ length: graph.nodes }, () => []);
for (const pair of pairs) {
  pairsOf[pair.from].push(pair);
  if (pair.to !== pair.from) pairsOf[pair.to].push(pair);
}
const standings = new Array(graph.edges);
const months = new Array(graph.edges);
for (let row = 0; row < graph.edges; row += 1) {
  standings[row] = graph.standing(row);
  months[row] = graph.when(row)?.slice(0, 7);
}
const timeline = [...new Set(months.filter(Boolean))].sort();
const monthRank = new Map(timeline.map((month, rank) => [month, rank]));
const off = { predicate: new Set(), standing: new Set(), label: new Set() };
let visible = new Uint8Array(graph.edges);
let chosen = {};
let picture;
let filtered; // Map of pair to {count, tone} of its visible statements, and which nodes have any

function notice(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
}

const { left_out_nodes: nodesOut = 0, left_out_edges: edgesOut = 0, left_out_statements: statementsOut = 0 } = graph.about;
let leftOut = edgesOut
  ? `The strongest part of a larger graph: ${nodesOut.toLocaleString("en")} entities and ${edgesOut.toLocaleString("en")} statements are left out.`
  : nodesOut || statementsOut ? `${nodesOut.toLocaleString("en")} entities and ${statementsOut.toLocaleString("en")} statements are left out.` : "";

// ---- filters ----------------------------------------------------------------------------------------------------

function counts(values) {
  const found = new Map();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return found;
}

function ticks(holder, kind, entries, swatch) {
  for (const [value, number] of entries) {
    const box = make("input", { type: "checkbox", checked: true, value });
    box.dataset.kind = kind;
    const line = make("label", { className: "tick" }, box);
    if (swatch) line.style.borderLeft = `4px solid ${swatch(value)}`;
    if (swatch) line.style.paddingLeft = ".4rem";
    line.append(make("span", { text: value || "(none)" }), make("span", { className: "number", text: number.toLocaleString("en") }));
    holder.append(line);
  }
}

const predicates = counts(Array.from({ length: graph.edges }, (_, row) => graph.edge.predicate(row) ?? ""));
ticks(at("by-predicate"), "predicate", [...predicates].sort((a, b) => b[1] - a[1]));
ticks(at("by-standing"), "standing", [...counts(standings)].sort((a, b) => (b[0] === "fact") - (a[0] === "fact") || b[1] - a[1]));
ticks(at("by-label"), "label", [...counts(Array.from({ length: graph.nodes }, (_, row) => graph.label(row)))]
  .sort((a, b) => graph.labels.indexOf(a[0]) - graph.labels.indexOf(b[0])), colourOf);
for (const id of ["from", "to"]) {
  at(id).max = Math.max(0, timeline.length - 1);
  at(id).value = id === "from" ? 0 : at(id).max;
}
if (!timeline.length) at("by-date").hidden = true;
if (!graph.edges) for (const id of ["by-standing", "by-predicate", "reset"]) at(id).hidden = true;
if (!graph.nodes) at("by-label").hidden = at("toggle").hidden = true;

function refilter() {
  let first = Number(at("from").value);
  let last = Number(at("to").value);
  if (first > last) [first, last] = [last, first];
  at("from-text").textContent = timeline[first] ?? "";
  at("to-text").textContent = timeline[last] ?? "";
  const undated = at("undated").checked;
  const hiddenNode = Uint8Array.from({ length: graph.nodes }, (_, row) => off.label.has(graph.label(row)));
  let count = 0;
  for (let row = 0; row < graph.edges; row += 1) {
    const rank = months[row] === undefined ? -1 : monthRank.get(months[row]);
    const shown = !off.predicate.has(graph.edge.predicate(row) ?? "") && !off.standing.has(standings[row])
      && !hiddenNode[graph.from[row]] && !hiddenNode[graph.to[row]] && (rank < 0 ? undated : rank >= first && rank <= last);
    visible[row] = shown ? 1 : 0;
    count += visible[row];
  }
  const live = new Uint8Array(graph.nodes);
  const shown = new Map();
  for (const pair of pairs) {
    const rows = pair.rows.filter((row) => visible[row]);
    if (!rows.length) continue;
    live[pair.from] = live[pair.to] = 1;
    const facts = rows.some((row) => standings[row] === "fact");
    const negated = rows.every((row) => standings[row].startsWith("negated"));
    shown.set(pair, { count: rows.length, tone: facts ? "fact" : negated ? "negated" : "hedged" });
  }
  // A weapon that only occurs as the item of other pairs' lines has no line of its own: it is counted, but not drawn.
  const entities = count === graph.edges && !off.label.size ? graph.nodes : live.reduce((a, b) => a + b, 0);
  const say = (number, all) => (number === all ? all.toLocaleString("en") : `${number.toLocaleString("en")} of ${all.toLocaleString("en")}`);
  at("count").textContent = `${say(entities, graph.nodes)} entities · ${say(count, graph.edges)} statements`;
  if (graph.edges && !count) notice("The filters leave nothing to show.");
  else notice(graph.edges ? leftOut : "Nothing to show: no statement was found.");
  filtered = { shown, live };
  picture?.filter(filtered);
  show(chosen);
}

at("filters").addEventListener("input", ({ target }) => {
  const set = off[target.dataset.kind];
  if (set) set[target.checked ? "delete" : "add"](target.value);
  refilter();
});
function tickAll(boxes, checked) {
  for (const box of boxes) {
    box.checked = checked;
    off[box.dataset.kind][checked ? "delete" : "add"](box.value);
  }
}
at("by-predicate").addEventListener("click", ({ target }) => {
  if (!target.dataset.all) return;
  tickAll(at("by-predicate").querySelectorAll("input"), target.dataset.all === "true");
  refilter();
});
at("reset").addEventListener("click", () => {
  tickAll(at("filters").querySelectorAll("input[data-kind]"), true);
  at("from").value = 0;
  at("to").value = at("to").max;
  at("undated").checked = true;
  refilter();
});
at("filters").addEventListener("submit", (event) => event.preventDefault());
at("toggle").addEventListener("click", () => {
  at("toggle").setAttribute("aria-expanded", String(at("filters").classList.toggle("open")));
});

// ---- details ----------------------------------------------------------------------------------------------------

const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const nameOf = (id) => (graph.rank.has(id) ? graph.name(graph.rank.get(id)) : id);

function entityButton(row) {
  return make("button", { type: "button", className: "link", dir: "auto", text: graph.name(row), onclick: () => choose({ node: row }) });
}

function statement(row) {
  const value = (name) => graph.edge[name]?.(row);
  const item = value("item") === undefined || value("item") === graph.ids[graph.to[row]] ? "" : `${nameOf(value("item"))} → `;
  const reading = value("reading") ?? `(${graph.name(graph.from[row])}, ${value("predicate") ?? "→"}, ${item}${graph.name(graph.to[row])})`;
  const head = make("p", { className: "reading", dir: "auto", text: reading });
  const standing = standings[row];
  if (standing !== "fact") head.append(make("span", { className: `badge ${standing.startsWith("negated") ? "negated" : "hedged"}`, text: standing }));
  const card = make("article", { className: "statement" }, head);
  const parts = evidenceParts(graph, row);
  if (parts.length) card.append(make("blockquote", { dir: "auto" }, ...parts.map(([text, marked]) => make(marked ? "mark" : "span", { text }))));
  const facts = make("dl");
  const fact = (term, content) => {
    if (content !== undefined && content !== "") facts.append(make("dt", { text: term }), make("dd", { dir: "auto" }, content));
  };
  const speaker = value("attribution");
  fact("according to", speaker === undefined ? undefined : graph.rank.has(speaker) ? entityButton(graph.rank.get(speaker)) : speaker);
  fact("item", value("item") === undefined ? undefined : nameOf(value("item")));
  fact("quantity", value("quantity"));
  fact("date", value("date"));
  if (graph.counted) {
    fact("sources", `affirmed by ${value("sources")} (as a fact by ${value("fact_sources")}), denied by ${value("denying_sources")}`);
    fact("told in", `${plural(value("articles"), "article")}, ${plural(value("outlets"), "outlet")}`);
    fact("dates", [...new Set([value("first_date"), value("last_date")])].filter(Boolean).join(" to "));
    fact("quantity", [value("quantity_total"), value("quantity_unit")].filter((part) => part !== undefined).join(" "));
  }
  const link = safeLink(value("url"));
  const title = value("title") ?? value("article");
  fact("article", link && title ? make("a", { href: link, target: "_blank", rel: "noopener noreferrer", text: title }) : title);
  fact("published", [value("published"), value("outlet")].filter(Boolean).join(" · "));
  const confidence = value("confidence");
  fact("found by", [value("extractor"), confidence === undefined ? undefined : confidence.toFixed(2)].filter(Boolean).join(" · "));
  if (facts.children.length) card.append(facts);
  return card;
}

function statements(holder, title, rows) {
  if (!rows.length) return;
  const sorted = [...rows].sort((a, b) => (graph.when(b) ?? "").localeCompare(graph.when(a) ?? "") || a - b);
  holder.append(make("h3", { text: `${title} (${rows.length.toLocaleString("en")})` }));
  const list = make("div");
  holder.append(list);
  const more = make("button", { type: "button" });
  const add = () => {
    const next = sorted.splice(0, PAGE);
    list.append(...next.map(statement));
    more.textContent = `Show ${Math.min(PAGE, sorted.length)} more`;
    more.hidden = !sorted.length;
  };
  more.onclick = add;
  add();
  holder.append(more);
}

function listed(text) {
  try { return JSON.parse(text); } catch { return undefined; }
}

// What else it is called; "IRAN" says no more than "Iran".
function otherNames(row) {
  const aliases = listed(graph.aliases(row));
  if (!Array.isArray(aliases)) return graph.aliases(row);
  const known = new Set([plain(graph.name(row))]);
  return aliases.reverse().filter((each) => !known.has(plain(each)) && known.add(plain(each))).reverse().join(", ");
}

function showNode(panel, row) {
  const label = make("span", { className: "label", text: ` ${graph.label(row)} ${graph.ids[row]}` });
  panel.append(make("h2", { dir: "auto", text: graph.name(row) }, label));
  const aliases = otherNames(row);
  if (aliases) panel.append(make("p", { className: "soft", dir: "auto", text: `also: ${aliases}` }));
  const members = listed(graph.node.members(row));
  if (members) panel.append(make("p", { className: "soft", dir: "auto", text: `stands for: ${Object.values(members).map((each) => each.name).join(", ")}` }));
  const seen = [graph.node.first_seen(row), graph.node.last_seen(row)].filter(Boolean).join(" to ");
  const articles = graph.node.articles(row);
  if (articles !== undefined) panel.append(make("p", { className: "soft", text: `in ${plural(articles, "article")}${seen ? `, ${seen}` : ""}` }));
  const own = pairsOf[row];
  const rows = (which) => own.filter(which).flatMap((pair) => pair.rows).filter((each) => visible[each]);
  statements(panel, "Does", rows((pair) => pair.from === row));
  statements(panel, "Is done to it", rows((pair) => pair.to === row && pair.from !== row));
  const named = [];
  for (let each = 0; each < graph.edges; each += 1) {
    if (!visible[each] || graph.from[each] === row || graph.to[each] === row) continue;
    if (graph.edge.item(each) === graph.ids[row] || graph.edge.attribution(each) === graph.ids[row]) named.push(each);
  }
  statements(panel, graph.label(row) === "WEAPON" ? "Is the item of" : "Says", named);
}

function showPair(panel, pair) {
  panel.append(make("h2", { dir: "auto" }, entityButton(pair.from), " → ", entityButton(pair.to)));
  statements(panel, "Statements", pair.rows.filter((row) => visible[row]));
  const back = pairs.find((each) => each.from === pair.to && each.to === pair.from);
  if (back && back !== pair) statements(panel, "The other way", back.rows.filter((row) => visible[row]));
}

function showHelp(panel) {
  if (!graph.edges) {
    const found = graph.nodes ? `The texts name ${plural(graph.nodes, "entity").replace("entitys", "entities")}, but no statement about them was found.` : "No statement was found.";
    panel.append(
      make("h2", { text: "Nothing to show" }),
      make("p", { text: found }),
      make("p", { className: "soft", text: "Either the articles say nothing of who arms, attacks, meets, accuses or leads whom, or what they say was left out before this page was written: by \"facts only\", by a smallest number of sources, by a date. Look into the annotations with \"entityrel show\"." }),
    );
    return;
  }
  panel.append(
    make("h2", { text: "Who does what to whom" }),
    make("p", { text: "Click a line for its statements with their evidence, or an entity for everything said of it." }),
    make("p", { className: "soft keys" }, make("kbd", { text: "/" }), " search, ", make("kbd", { text: "Esc" }), " clear, arrow keys move, ",
      make("kbd", { text: "+" }), " ", make("kbd", { text: "−" }), " zoom, ", make("kbd", { text: "0" }), " show all."),
  );
  const rows = Array.from({ length: graph.nodes }, (_, row) => row)
    .map((row) => [row, pairsOf[row].reduce((sum, pair) => sum + pair.rows.filter((each) => visible[each]).length, 0)])
    .filter(([, number]) => number).sort((a, b) => b[1] - a[1]).slice(0, 25);
  if (rows.length) panel.append(make("h3", { text: "Most statements" }));
  for (const [row, number] of rows) panel.append(make("p", {}, entityButton(row), make("span", { className: "label", text: ` ${graph.label(row)} · ${number.toLocaleString("en")}` })));
}

function show({ node, pair }) {
  const panel = at("details");
  panel.replaceChildren();
  panel.scrollTop = 0;
  if (node !== undefined) showNode(panel, node);
  else if (pair) showPair(panel, pair);
  else showHelp(panel);
}

function choose({ node, pair }, { look = false } = {}) {
  chosen = { node, pair };
  const near = node !== undefined ? pairsOf[node].flatMap((each) => [each.from, each.to]) : pair ? [pair.from, pair.to] : [];
  picture?.choose({ node, pair, near });
  if (look) picture?.look(node);
  show(chosen);
  if (matchMedia("(max-width: 800px)").matches && (node !== undefined || pair)) at("details").scrollIntoView({ behavior: "smooth" });
}

// ---- search and keyboard ----------------------------------------------------------------------------------------

const plain = (text) => String(text).normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let searchable; // made at the first search

function search() {
  const query = plain(at("query").value.trim());
  const list = at("found");
  list.replaceChildren();
  list.hidden = !query;
  if (!query) return;
  const hits = [];
  searchable ??= Array.from({ length: graph.nodes }, (_, row) => plain(`${graph.name(row)}\n${graph.ids[row]}\n${graph.aliases(row) ?? ""}`));
  searchable.forEach((text, row) => {
    const place = text.indexOf(query);
    if (place >= 0) hits.push([place === 0 ? 0 : 1, -pairsOf[row].length, row]);
  });
  hits.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  for (const [, , row] of hits.slice(0, 12)) {
    const take = () => { list.hidden = true; choose({ node: row }, { look: true }); };
    list.append(make("li", {}, make("button", { type: "button", onclick: take },
      make("span", { dir: "auto", text: graph.name(row) }), make("span", { className: "label", text: graph.label(row) }))));
  }
  if (!hits.length) list.append(make("li", { className: "soft", text: "nothing found" }));
}
at("query").addEventListener("input", search);
at("query").addEventListener("keydown", (event) => {
  if (event.key === "Enter") at("found").querySelector("button")?.click();
  if (event.key === "ArrowDown") { at("found").querySelector("button")?.focus(); event.preventDefault(); }
});
at("found").addEventListener("keydown", (event) => {
  const line = event.target.closest("li");
  const next = event.key === "ArrowDown" ? line?.nextElementSibling : event.key === "ArrowUp" ? line?.previousElementSibling : undefined;
  if (event.key.startsWith("Arrow")) { (next?.querySelector("button") ?? at("query")).focus(); event.preventDefault(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    at("query").value = "";
    search();
    choose({});
  } else if (event.key === "/" && event.target !== at("query")) {
    at("query").focus();
    event.preventDefault();
  }
});
at("graph").addEventListener("keydown", (event) => {
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const zooms = { "+": "in", "=": "in", "-": "out", 0: "all" };
  if (moves[event.key]) picture?.move(...moves[event.key]);
  else if (zooms[event.key]) picture?.zoom(zooms[event.key]);
  else return;
  event.preventDefault();
});
at("zoom").addEventListener("click", ({ target }) => picture?.zoom(target.dataset.zoom));

// ---- start ------------------------------------------------------------------------------------------------------

function legend() {
  const line = (text, style, className) => {
    const swatch = make("i", { className });
    swatch.style.background = style;
    return make("span", {}, swatch, text);
  };
  if (!graph.edges) {
    at("legend").hidden = at("zoom").hidden = true;
    return;
  }
  const nodes = graph.labels.map((label) => line(label || "(none)", colourOf(label), "node"));
  const edges = [["stated as fact", "fact"], ["planned, possible, desired", "hedged"], ["denied or negated", "negated"]]
    .map(([text, name]) => line(text, `var(--${name})`, "edge"));
  for (let row = 0; row < Math.max(nodes.length, edges.length); row += 1) at("legend").append(nodes[row] ?? make("span"), edges[row] ?? make("span"));
}

legend();
refilter();
try {
  if (graph.edges) picture = draw(graph, places, pairs, filtered, { onNode: (node) => choose({ node }), onPair: (pair) => choose({ pair }), onNothing: () => choose({}) });
} catch (error) {
  leftOut = `The picture cannot be drawn here (${error.message}); search and statements work all the same.`;
  notice(leftOut);
}
// For tests and for the curious: window.entityrel.choose({ node: 3 }).
window.entityrel = { graph, pairs, choose, picture, ready: performance.now() };
