// Debian's Chromium, driven by what scripts/need installed. CHROMIUM names another one.

import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const tools = process.env.BROWSER_TOOLS ?? fileURLToPath(new URL("../../.tools/browser", import.meta.url));
const { chromium } = createRequire(path.join(tools, "package.json"))("playwright-core");

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
