// The graph of the page: columns (see entityrel/graph/columns.py) behind functions, so that nothing is copied.

// Colours by label, in the order in which labels are shown; the last one is for all others.
const COLOURS = JSON.parse(document.getElementById("graph-colours").textContent);
const LABELS = Object.keys(COLOURS);
export const colourOf = (label) => COLOURS[label] ?? COLOURS.other;

function reader(table, name) {
  const column = table.columns[name];
  if (!column) return () => undefined;
  const { at, values, index } = column;
  const value = index ? (place) => values[index[place]] : (place) => values[place];
  if (!at) return value;
  const places = new Int32Array(table.count).fill(-1);
  at.forEach((row, place) => { places[row] = place; });
  return (row) => (places[row] < 0 ? undefined : value(places[row]));
}

export function readGraph(data) {
  const { nodes, edges } = data;
  const node = (name) => reader(nodes, name);
  const edge = (name) => reader(edges, name);
  const label = node("label");
  const name = node("name");
  const graph = {
    about: data.graph,
    nodes: nodes.count,
    edges: edges.count,
    ids: nodes.id,
    rank: new Map(nodes.id.map((id, row) => [id, row])),
    from: edges.from,
    to: edges.to,
    label: (row) => label(row) ?? "",
    name: (row) => name(row) ?? nodes.id[row],
    aliases: node("aliases"),
    node: Object.fromEntries(["articles", "first_seen", "last_seen", "members"].map((each) => [each, node(each)])),
    edge: Object.fromEntries([...new Set([...Object.keys(edges.columns), "predicate", "polarity", "modality", "date",
      "published", "first_date", "evidence", "evidence_start", "item", "attribution",
      "facts", "planned", "possible", "desired", "negated"])].map((each) => [each, edge(each)])),
    attributes: Object.keys(edges.columns),
  };
  graph.labels = [...new Set(Array.from({ length: nodes.count }, (_, row) => graph.label(row)))].sort(byLabel);
  // An edge of `aggregate` has no polarity of its own, but counts how often it is stated so or so.
  graph.counted = "fact_sources" in edges.columns;
  graph.standing = graph.counted
    ? (row) => ["facts", "planned", "possible", "desired", "negated"].find((how) => graph.edge[how](row))?.replace("facts", "fact") ?? "fact"
    : (row) => standing(graph.edge.polarity(row), graph.edge.modality(row));
  graph.when = (row) => graph.edge.date(row) ?? graph.edge.published(row) ?? graph.edge.first_date(row);
  return graph;
}

function byLabel(a, b) {
  const rank = (each) => (LABELS.includes(each) ? LABELS.indexOf(each) : LABELS.length);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

// The words of polarity and modality that are not plain; "fact" if both are.
function standing(polarity, modality) {
  const words = [polarity, modality].filter((word) => word && word !== "affirmed" && word !== "actual");
  return words.join(", ") || "fact";
}

// [text, marked] parts of an edge's evidence. Offsets count code points, as Python does.
export function evidenceParts(graph, row) {
  const text = graph.edge.evidence(row);
  if (text === undefined) return [];
  const letters = Array.from(text);
  const start = graph.edge.evidence_start(row) ?? 0;
  const marks = ["subject", "object", "recipient", "source"]
    .map((role) => [graph.edge[`${role}_start`]?.(row), graph.edge[`${role}_end`]?.(row)])
    .filter(([first, last]) => first !== undefined && first >= start && last - start <= letters.length)
    .map(([first, last]) => [first - start, last - start])
    .sort((a, b) => a[0] - b[0]);
  const parts = [];
  let position = 0;
  for (const [first, last] of marks) {
    if (first < position) continue;
    parts.push([letters.slice(position, first).join(""), false], [letters.slice(first, last).join(""), true]);
    position = last;
  }
  parts.push([letters.slice(position).join(""), false]);
  return parts.filter(([part]) => part);
}

export function safeLink(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}
