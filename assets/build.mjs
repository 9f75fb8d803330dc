// Build what the pages need from the locked npm packages: one script, one style sheet, the theme's
// early script, the font's Latin subset and a sprite of the icons we name.
// Nothing here may need inline script or another site: the Content-Security-Policy forbids both.

import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "src/ooievaar/ui/static/ooievaar");
const FIRST_PAINT_LIMIT_KB = 200;
const ENTRIES = ["app.css", "app.js", "theme.js"];

// Tabler names its own fonts and every subset; a page of ours needs the Latin one only.
const latinOnly = {
  name: "latin-only",
  setup(build) {
    build.onLoad({ filter: /@fontsource-variable[\\/]inter[\\/].*\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const latin = css.match(/@font-face\s*{[^}]*inter-latin-(?!ext)[^}]*}/g) ?? [];
      if (latin.length === 0) {
        return { errors: [{ text: `no Latin subset in ${relative(root, path)}` }] };
      }
      return { contents: latin.join("\n"), loader: "css" };
    });
  },
};

async function sprite() {
  const list = join(here, "icons.txt");
  const names = existsSync(list)
    ? (await readFile(list, "utf8"))
        .split("\n")
        .map((line) => line.replace(/#.*/, "").trim())
        .filter(Boolean)
    : [];
  const symbols = await Promise.all(
    names.map(async (name) => {
      const filled = name.endsWith("-filled");
      const file = join(
        root,
        "node_modules/@tabler/icons/icons",
        filled ? "filled" : "outline",
        `${filled ? name.slice(0, -"-filled".length) : name}.svg`,
      );
      if (!existsSync(file)) {
        console.error(`assets/icons.txt: Tabler has no icon "${name}"`);
        process.exit(1);
      }
      const svg = (await readFile(file, "utf8")).replace(/<!--[\s\S]*?-->/g, "");
      const drawing = svg
        .slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"))
        .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
        .replace(/\s*\n\s*/g, "");
      const paint = filled
        ? 'fill="currentColor"'
        : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
      return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${drawing}</symbol>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

const built = await esbuild.build({
  absWorkingDir: root,
  entryPoints: ENTRIES.map((name) => join(here, "src", name)).filter(existsSync),
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  loader: { ".woff2": "file", ".svg": "file" },
  assetNames: "[name]",
  legalComments: "linked",
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [latinOnly],
  logLevel: "warning",
  write: false,
});

// Written only now that everything is known to build: a failed build leaves the last one standing.
const files = new Map(built.outputFiles.map((file) => [relative(out, file.path), file.contents]));
files.set("icons.svg", Buffer.from(await sprite()));
const written = [...files].filter(([name]) => !name.endsWith(".LEGAL.txt"));
const sizes = new Map();
for (const [name, contents] of written) {
  sizes.set(name, contents.length);
  if (/\.(css|js|svg)$/.test(name)) {
    // WhiteNoise serves these to a browser that takes them.
    const gzip = gzipSync(contents, { level: 9 });
    files.set(`${name}.gz`, gzip);
    files.set(`${name}.br`, brotliCompressSync(contents));
    sizes.set(name, gzip.length);
  }
}
await mkdir(out, { recursive: true });
for (const name of await readdir(out)) {
  if (!files.has(name)) {
    await rm(join(out, name), { recursive: true });
  }
}
for (const [name, contents] of files) {
  await writeFile(join(out, name), contents);
}

const kb = (bytes) => bytes / 1000;
let first = 0;
for (const [name, size] of [...sizes].sort(([a], [b]) => a.localeCompare(b))) {
  first += size;
  console.log(`  ${name.padEnd(34)} ${kb(size).toFixed(1).padStart(7)} kB`);
}
console.log(`  ${"first paint, compressed".padEnd(34)} ${kb(first).toFixed(1).padStart(7)} kB`);
if (kb(first) > FIRST_PAINT_LIMIT_KB) {
  console.error(`more than the ${FIRST_PAINT_LIMIT_KB} kB that a first paint may take`);
  process.exit(1);
}
