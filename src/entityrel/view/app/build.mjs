// Bundles the page's parts into ../template.html; see README.md.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, transform } from "esbuild";

const bundle = await build({
  entryPoints: ["app.js"], bundle: true, minify: true, write: false, format: "iife", target: "es2022", charset: "ascii",
  legalComments: "none", metafile: true,
});
const packages = [...new Set(Object.keys(bundle.metafile.inputs)
  .map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean))].sort();
const licences = packages.map((name) => {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  let text = `(${license}; the package carries no licence text)`;
  for (const file of ["LICENSE.txt", "LICENSE", "LICENSE.md", "license"]) {
    try { text = readFileSync(join(folder, file), "utf8").trim(); break; } catch { /* the next name */ }
  }
  return `${name} ${version}\n\n${text}`;
});
const comment = `/*!\nThis page contains:\n\n${licences.join("\n\n----\n\n")}\n*/\n`.replaceAll("</", "<\\/");
// "</script>" would end the element; "<!--" would change how the browser reads it.
const script = comment + bundle.outputFiles[0].text.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "\\x3c!--");
const style = (await transform(readFileSync("style.css", "utf8"), { loader: "css", minify: true })).code.trim();
const hash = `'sha256-${createHash("sha256").update(script).digest("base64")}'`;
const page = readFileSync("page.html", "utf8")
  .replace("%SCRIPT_HASH%", () => hash).replace("%STYLE%", () => style).replace("%SCRIPT%", () => script);
writeFileSync("../template.html", page);
console.log(`template.html: ${Math.round(page.length / 1024)} kB, with ${packages.join(", ")}`);
