// Makes the pictures of the live page in docs/: a minute of requests, some of which fail.
//
//   node tests/browser/pictures.mjs DIRECTORY

import path from "node:path";

import { launch } from "./chromium.mjs";
import { Gateway } from "./gateway.mjs";

const [directory] = process.argv.slice(2);
const gateway = await Gateway.start();
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1200 } });
  await page.goto(`${gateway.operator}/`);
  const paths = ["/posts/7", "/posts/8", "/nowhere", "/posts/9"];
  for (let second = 0; second < 60; second += 1) {
    const count = 4 + Math.round(3 * Math.sin(second / 5));
    const failing = second === 24 || second > 57 ? ["/auth/login"] : [];
    const asked = [...failing, ...Array.from({ length: count }, (_, at) => paths[at % paths.length])];
    await Promise.all(asked.map((path) => gateway.ask(path)));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  // Small enough for a repository: what is below is less of a picture.
  const below = page.locator("section[aria-labelledby=connections-title]");
  const height = await below.evaluate((section) => Math.round(section.getBoundingClientRect().top));
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: path.join(directory, `${colorScheme}.png`), clip: { x: 0, y: 0, width: 1280, height } });
  }
} finally {
  await browser.close();
  await gateway.stop();
}
