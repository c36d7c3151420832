// The live page in a real browser: what an operator sees, and what nobody may make it do.
//
//   node --test tests/browser/page.test.mjs      after scripts/need browser and a debug build
//
// CHROMIUM names another browser.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "./chromium.mjs";
import { Gateway, eventually } from "./gateway.mjs";
import { faint, stumbles } from "./readable.mjs";

let gateway, browser, page;
const errors = [];
const requests = [];

before(async () => {
  gateway = await Gateway.start();
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, deviceScaleFactor: 1 });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: gateway.operator });
  page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(`${gateway.operator}/`);
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
});

/** The texts of a row by its heading. */
const row = (table, heading) => page.evaluate(([table, heading]) => {
  const rows = [...document.getElementById(table).rows];
  const found = rows.find((row) => row.cells[0].textContent === heading);
  return found && [...found.cells].map((cell) => cell.textContent);
}, [table, heading]);
const text = (id) => page.locator(`#${id}`).textContent();
const link = (told) => eventually(`the page is ${told}`, async () => (await text("link")) === told);

test("it is live, and asks for nothing but itself and its events", async () => {
  await link("live");
  assert.equal(await text("pid"), String(gateway.child.pid));
  assert.equal(await text("ready"), "yes");
  assert.equal(await text("source"), gateway.config);
  assert.deepEqual(requests.filter((url) => !url.startsWith("data:")), [`${gateway.operator}/`, `${gateway.operator}/events`]);
});

test("a request that was just made is in the row of its route", async () => {
  assert.equal((await row("routes", "posts"))[2], "0");
  assert.equal(await gateway.ask("/posts/1"), 200);
  await eventually("its row counts it", async () => (await row("routes", "posts"))[2] === "1");
  const [, service, , rate, , failed, share, , p50] = await row("routes", "posts");
  assert.deepEqual([service, failed, share], ["blog-service", "0", "0.0 %"]);
  assert.match(rate, /^\d+\.\d\/s$/);
  assert.match(p50, / m?s$/);
  assert.equal((await row("services", "blog-service"))[1], "answers");
  const drawn = () => page.locator("#routes tr:has-text('posts') polyline.low").first().getAttribute("points");
  await eventually("its line has points", async () => (await drawn().catch(() => ""))?.includes(" "));
});

test("a failure is there with who made it, and with the command that explains it", async () => {
  assert.equal(await gateway.ask("/auth/login?token=sesame"), 502);
  const failure = page.locator("#failures tr").first();
  await failure.waitFor();
  const cells = await failure.locator("th, td").allTextContents();
  assert.deepEqual(cells.slice(1, 7), ["502", "UF", "gateway", "GET /auth/login", "auth", `127.0.0.1:${gateway.gone}`]);
  assert.doesNotMatch(await page.content(), /sesame/);
  await failure.getByRole("button", { name: "Copy the command that explains GET /auth/login" }).click();
  const copied = await eventually("it is copied", () => page.evaluate(() => navigator.clipboard.readText()));
  await failure.getByText("Copied").waitFor();
  // It is a command that works as it stands.
  const [name, ...words] = copied.split(" ");
  assert.equal(name, "api-gateway");
  const { stdout } = await gateway.run(...words, "--output", "json");
  const explained = JSON.parse(stdout);
  assert.deepEqual([explained.route, explained.service], ["auth", "auth-service"]);
  await eventually("its service fails", async () => /^failing: 1 of 1 /.test((await row("services", "auth-service"))[1]));
});

test("what a client sends stays a text", async () => {
  // A target with < or ` in it is refused before it is a request.
  const target = "/auth/\"onerror='x'$(id){}&lt;b&gt;|id";
  assert.match(await gateway.raw(target), /^HTTP\/1\.1 502 /);
  const failure = page.locator("#failures tr").first();
  await failure.getByText("onerror=").first().waitFor();
  const shown = target.replaceAll(/['"]/g, "\\$&").split(";")[0];
  assert.equal(await failure.locator("td").nth(3).textContent(), `GET ${shown}`);
  const command = await failure.locator("code").last().textContent();
  assert.doesNotMatch(command.split(" http://")[1], /[^A-Za-z0-9.:/%_-]/);
});

test("what stands in a file stays a text, and a mistake couldn't change that", async () => {
  await gateway.configure(`"<img src=x onerror=document.title='taken'>": 1`);
  await page.locator("#refused-errors").getByText("onerror=").waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  assert.equal(await page.title(), "api-gateway");
  const made = await page.evaluate(() => {
    try { document.body.innerHTML = "<b>x</b>"; return "markup"; } catch (error) { return error.name; }
  });
  assert.equal(made, "TypeError");
  // The browser says so in its console.
  await eventually("the browser tells", () => errors.length);
  const told = errors.splice(0).filter((error) => !/TrustedHTML/i.test(error));
  assert.deepEqual(told, []);
});

test("a copy button keeps the focus while rows come", async () => {
  const button = page.locator("#failures tr").last().getByRole("button");
  await button.focus();
  const before = await page.locator("#failures tr").count();
  await gateway.ask("/sorry");
  await eventually("another row", async () => (await page.locator("#failures tr").count()) > before);
  assert.ok(await button.evaluate((element) => element === document.activeElement));
});

test("a configuration that is refused is told with its mistakes, until one is taken", async () => {
  await gateway.configure("surprise: 1");
  const told = page.locator("#refused-errors");
  await told.getByText("surprise").waitFor();
  assert.equal(await text("generation"), "1");
  await gateway.configure("tests: [{ request: GET /auth, expect: { route: auth } }]");
  await told.waitFor({ state: "hidden" });
  assert.match(await text("reload"), /^(applied|unchanged), /);
});

test("it can be read by everybody, light and dark", async () => {
  assert.deepEqual(await page.evaluate(stumbles), []);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const judged = await page.evaluate(faint);
    assert.ok(judged.seen > 60, String(judged.seen));
    assert.deepEqual(judged.faint, [], colorScheme);
  }
  // On a narrow window tables scroll, the page doesn't.
  await page.setViewportSize({ width: 360, height: 700 });
  const overhang = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(overhang, 0);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("the keyboard reaches everything, and shows where it is", async () => {
  await page.evaluate(() => document.activeElement.blur());
  await page.evaluate(() => getSelection().removeAllRanges());
  await page.reload();
  await link("live");
  await page.locator("#failures button").first().waitFor();
  const wanted = await page.locator("a[href]:visible, button:visible, [tabindex='0']:visible").count();
  const seen = [];
  for (let count = 0; count < wanted; count += 1) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => {
      const element = document.activeElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      const inView = element.getBoundingClientRect().right > 0;
      return { html: element.outerHTML.slice(0, 80), visible: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && inView };
    }));
  }
  assert.equal(seen[0].html.slice(0, 15), '<a class="skip"');
  assert.deepEqual(seen.filter(({ visible }) => !visible), []);
  assert.equal(new Set(seen.map(({ html }) => html)).size > 8, true);
});

test("it survives an upgrade, and says so meanwhile", async () => {
  await page.evaluate(() => {
    globalThis.kept = [];
    const link = document.getElementById("link");
    new MutationObserver(() => globalThis.kept.push(link.textContent)).observe(link, { childList: true });
  });
  const before = await text("pid");
  await gateway.upgrade();
  await eventually("it is about the new process", async () => (await text("pid")) !== before);
  await link("live");
  // The page itself was never loaded again.
  const told = await page.evaluate(() => globalThis.kept);
  assert.ok(told.includes("reconnecting…"), told.join());
  assert.equal(await text("pid"), String((await gateway.status()).pid));
  assert.equal((await row("routes", "posts"))[2], "0");
  assert.equal(await gateway.ask("/posts/2"), 200);
  await eventually("the new process counts", async () => (await row("routes", "posts"))[2] === "1");
  // What the old one counted is no part of it.
  assert.match((await row("routes", "posts"))[3], /^(0\.[1-9]|[12]\.\d)\/s$/);
});

test("one that watches too many says so, and watches once there is a place", async () => {
  const watch = () => {
    const controller = new AbortController();
    return fetch(`${gateway.operator}/events`, { signal: controller.signal }).then(() => controller);
  };
  const others = await Promise.all(Array.from({ length: 7 }, watch));
  const another = await browser.newPage();
  await another.goto(`${gateway.operator}/`);
  await another.getByText("refused: eight may watch at once; trying again…").waitFor();
  others.pop().abort();
  await another.getByText("live", { exact: true }).waitFor();
  for (const other of others) other.abort();
  await another.close();
  assert.equal(await text("link"), "live");
});

test("nothing was wrong, and nothing was asked for elsewhere", () => {
  assert.deepEqual(errors, []);
  const elsewhere = requests.filter((url) => !url.startsWith("data:") && !url.startsWith(`${gateway.operator}/`));
  assert.deepEqual(elsewhere, []);
});

test("it shows how far a drain is, and then that nobody answers", async () => {
  const slow = gateway.ask("/held");
  await eventually("the service has it", () => gateway.held.length);
  const { pid } = await gateway.status();
  process.kill(pid, "SIGTERM");
  await page.locator("#drain").waitFor();
  assert.match(await text("ready"), /^no: draining/);
  const told = page.locator("#drain-text");
  await told.getByText("connections are taken for 2 s in all").waitFor();
  await told.getByText("no connection is taken any more").waitFor();
  assert.match(await told.textContent(), /1 busy, /);
  assert.deepEqual(await page.evaluate(faint).then(({ faint }) => faint), []);
  gateway.release();
  assert.equal(await slow, 200);
  await link("reconnecting…");
});
