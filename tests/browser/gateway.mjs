// A gateway with two services, one of which is gone, and what a test does to it.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

const program = path.join(root, "target/debug/api-gateway");

/** Until it holds; what it gave. */
export async function eventually(what, holds, patience = 30000) {
  for (const began = Date.now(); ; ) {
    const held = await holds();
    if (held) return held;
    if (Date.now() - began > patience) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const listening = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));

/** A port that nobody listens on. */
async function free() {
  const server = net.createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Gateway {
  log = "";
  held = [];

  static async start() {
    const gateway = new Gateway();
    gateway.service = http.createServer((request, response) => gateway.answer(request, response));
    gateway.port = await listening(gateway.service);
    gateway.gone = await free();
    gateway.dir = await mkdtemp(path.join(tmpdir(), "page-"));
    gateway.config = "gateway.yaml";
    await gateway.configure("");
    gateway.child = spawn(program, ["run", "--config", gateway.config], { cwd: gateway.dir, stdio: ["ignore", "ignore", "pipe"] });
    gateway.child.stderr.setEncoding("utf8").on("data", (text) => (gateway.log += text));
    // An upgrade leaves the pipe to the new process.
    gateway.ended = new Promise((resolve) => gateway.child.stderr.on("close", resolve));
    const told = (words) => eventually(words, () => gateway.log.match(new RegExp(`${words} (\\S+)`)))
      .catch((error) => { throw new Error(`${error.message}\n${gateway.log}`); });
    gateway.address = `http://${(await told(" listening on"))[1]}`;
    gateway.operator = `http://${(await told(" operator on"))[1]}`;
    return gateway;
  }

  /** A request to /held stays until it is let go. */
  answer(request, response) {
    if (request.url.startsWith("/held")) this.held.push(response);
    else if (request.url.startsWith("/sorry")) response.writeHead(503).end();
    else response.end("hello");
  }

  release() {
    for (const response of this.held.splice(0)) response.end("at last");
  }

  configure(more) {
    return writeFile(path.join(this.dir, this.config), `
server:
  listen: "127.0.0.1:0"
  threads: 1
  runtime_dir: ${path.join(this.dir, "run")}
  drain: { delay: 2s, timeout: 20s }
admin: { listen: off, operator: "127.0.0.1:0" }
access_log: { output: off }
services:
  blog-service: { url: "http://127.0.0.1:${this.port}", timeouts: { response_header: off } }
  auth-service: { url: "http://127.0.0.1:${this.gone}" }
routes:
  - { name: auth, match: { path: { prefix: /auth } }, service: auth-service }
  - { name: posts, service: blog-service }
${more}`);
  }

  ask(path) {
    return fetch(this.address + path).then(async (response) => {
      await response.arrayBuffer();
      return response.status;
    });
  }

  /** As no library would send it. */
  raw(target) {
    const { hostname, port } = new URL(this.address);
    return new Promise((resolve, reject) => {
      const socket = net.connect(Number(port), hostname);
      let text = "";
      socket.setEncoding("latin1").on("data", (more) => (text += more));
      socket.on("error", reject).on("close", () => resolve(text));
      socket.end(`GET ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\n\r\n`);
    });
  }

  status() {
    return fetch(`${this.operator}/status`).then((response) => response.json());
  }

  /** A command, where the file is. */
  run(...words) {
    return run(program, words, { cwd: this.dir });
  }

  upgrade() {
    return this.run("upgrade", "--config", this.config);
  }

  async stop() {
    this.release();
    this.service.closeAllConnections();
    this.service.close();
    const status = await this.status().catch(() => null);
    for (const pid of [status?.pid, this.child.exitCode === null ? this.child.pid : null]) {
      if (pid) try { process.kill(pid, "SIGKILL"); } catch { /* it has ended */ }
    }
    await this.ended;
    await rm(this.dir, { recursive: true });
  }
}
