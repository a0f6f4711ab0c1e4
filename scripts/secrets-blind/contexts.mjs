// The places a token is met in: one function a context, each gives the text and how the value is written in it.

const plain = (text) => text;
const escaped = (text) => JSON.stringify(text).slice(1, -1);
const twice = (text) => escaped(escaped(text));
const camel = (name) => name.toLowerCase().replace(/_(.)/g, (_, letter) => letter.toUpperCase());

const talk = {
  prose: ({ value, label, own, random }) =>
    own
      ? random.of([
          `I rotated the ${label} yesterday, the new one is ${value} and it works everywhere but in staging.`,
          `Can you try with ${value} instead? The one from last week has run out.`,
          `Use this ${label} for now: ${value}\nand tell me when the deploy is through`,
        ])
      : random.of([
          `The ${label} is ${value} - please put it into the deploy job.`,
          `Our ${label}: ${value}\nIt is the one of the staging account.`,
          `I set the ${label} to "${value}" and still get a 403.`,
        ]),
  "inline-code": ({ value, name, own }) =>
    own ? `Set it to \`${value}\` and restart.` : `Put \`${name}=${value}\` into the file and restart.`,
  "glued-parens": ({ shown, label }) => `The call failed with the old ${label} (${shown}) after two tries.`,
  "markdown-link": ({ value, key }) =>
    `See [the console](https://console.example.com/open?${key}=${encodeURIComponent(value)}) for the numbers.`,
  "glued-comma": ({ shown, label }) =>
    `Known to the bot: region=eu-west-1,${shown},retries=3 (${label} in the middle).`,
  "glued-stop": ({ shown, label }) => `We still use the ${label} ${shown}.`,
  "glued-quotes": ({ value, label, random }) => {
    const [open, close] = random.of([
      ['"', '"'],
      ["'", "'"],
      ["“", "”"],
      ["„", "“"],
      ["«", "»"],
    ]);
    return `They mailed me a new ${label}: ${open}${value}${close}, is that all?`;
  },
  "markdown-table": ({ name, value }) =>
    `| name | value | used by |\n| --- | --- | --- |\n| ${name} | ${value} | deploy |\n| REGION | eu-west-1 | all |`,
};

const shell = {
  "shell-export": ({ name, value, random }) => {
    const quote = random.of(["", '"', "'"]);
    return `$ cd services/api\n$ export ${name}=${quote}${value}${quote}\n$ npm run deploy\n> api@2.4.1 deploy`;
  },
  "code-block": ({ name, value, random }) =>
    random.of([
      `Run this:\n\n\`\`\`bash\n${name}=${value} ./scripts/sync.sh --all\n\`\`\`\n\nIt takes a minute.`,
      `Run this:\n\n\`\`\`sh\nexport ${name}="${value}"\ncurl -fsS https://api.example.com/v1/me\n\`\`\``,
    ]),
  "cli-flag": ({ key, value, random }) => {
    const flag = `--${key.replaceAll("_", "-")}`;
    return `$ acme login --region eu ${flag}${random.of([" ", "="])}${value} --quiet\nLogged in.`;
  },
  powershell: ({ name, value }) => `PS C:\\src> $env:${name} = "${value}"\nPS C:\\src> .\\build.ps1 -Release`,
  dockerfile: ({ name, value, random }) =>
    `FROM node:24-slim\nWORKDIR /app\nENV ${name}${random.of([" ", "="])}${value}\nCOPY . .\nRUN npm ci`,
};

const files = {
  dotenv: ({ name, value, random }) => {
    const quote = random.of(["", '"', ""]);
    return `# local settings\nNODE_ENV=production\n${name}=${quote}${value}${quote}\nPORT=8080\n`;
  },
  yaml: ({ key, value, random }) => {
    const quote = random.of(["", '"', "'"]);
    return `service:\n  name: api\n  replicas: 2\n  ${key}: ${quote}${value}${quote}\n  region: eu-west-1\n`;
  },
  json: ({ name, value }) => JSON.stringify({ name: "api", [camel(name)]: value, retries: 3 }, null, 2),
  crlf: ({ name, value }) => `LOG_LEVEL=debug\r\n${name}=${value}\r\nCACHE_DIR=.cache\r\n`,
  toml: ({ key, value }) => `[deploy]\nregion = "eu-west-1"\n${key} = "${value}"\nretries = 3\n`,
  xml: ({ name, value }) => `<server>\n  <id>main</id>\n  <${camel(name)}>${value}</${camel(name)}>\n</server>`,
};

const diff = (before, after) =>
  [
    "diff --git a/.env b/.env",
    "index 3f1c2aa..9be4410 100644",
    "--- a/.env",
    "+++ b/.env",
    "@@ -1,3 +1,3 @@",
    " LOG_LEVEL=info",
    `-${before}`,
    `+${after}`,
    " PORT=8080",
  ].join("\n");

const code = {
  "source-string": ({ name, value, random }) =>
    random.of([
      `import { Client } from "./client.js";\n\nconst ${camel(name)} = "${value}";\nexport const client = new Client(${camel(name)});`,
      `import os\n\n${name} = os.environ.get("${name}", "${value}")\nclient = Client(timeout=30)`,
      `client = Client(\n    ${camel(name)}='${value}',\n    timeout=30,\n)`,
      `func main() {\n\t${camel(name)} := "${value}"\n\trun(${camel(name)})\n}`,
    ]),
  "diff-add": ({ name, value }) => diff(`${name}=changeme`, `${name}=${value}`),
  "diff-remove": ({ name, value }) => diff(`${name}=${value}`, `# ${name} now comes from the vault`),
};

const wire = {
  "url-query": ({ key, value }) =>
    `GET https://api.example.com/v1/items?page=2&${key}=${encodeURIComponent(value)}&sort=asc returned 403`,
  "http-header": ({ value, random }) =>
    random.of([
      `POST /v1/jobs HTTP/1.1\nHost: api.example.com\nAuthorization: Bearer ${value}\nAccept: application/json\n`,
      `> GET /v1/me HTTP/2\n> host: api.example.com\n> x-api-key: ${value}\n> accept: */*`,
      `curl -sS -H 'Authorization: token ${value}' -H 'Accept: application/json' https://api.example.com/v1/me`,
    ]),
  "log-line": ({ key, value }) =>
    `2026-03-02T10:11:12.345Z WARN http.client request refused status=401 ${key}=${value} attempt=2 took=31ms`,
  ansi: ({ name, value }) =>
    `\u001b[2m12:04:11\u001b[0m loaded \u001b[36m${name}\u001b[0m=\u001b[32m${value}\u001b[0m ok`,
};

const inner = ({ name, key, value, label, own, random }) =>
  random.of([
    `export ${name}="${value}"\nnpm run deploy`,
    `LOG_LEVEL=info\n${name}=${value}\nPORT=8080\n`,
    own ? `Here is the ${label}:\n${value}\nthanks` : `${label}:\t${value}\nthanks`,
    `{\n  "${camel(name)}": "${value}",\n  "retries": 3\n}`,
    `const ${camel(name)} = '${value}';`,
    `  1\tregion: eu\n  2\t${key}: ${value}\n  3\treplicas: 2`,
  ]);

const once = {
  "json-in-json": (token) =>
    token.random.of([
      JSON.stringify({ type: "user", message: { role: "user", content: inner(token) } }),
      JSON.stringify({ type: "tool_result", tool_use_id: "toolu_01", is_error: false, content: inner(token) }),
      JSON.stringify({ level: "info", msg: inner(token), pid: 4121 }),
    ]),
};

const twiceIn = {
  "json-twice": (token) =>
    token.random.of([
      JSON.stringify({ name: "bash", arguments: JSON.stringify({ command: inner(token), timeout: 60 }) }),
      JSON.stringify({ event: "message", body: JSON.stringify({ role: "tool", content: inner(token) }) }),
    ]),
};

/** Every group of contexts; a family gets one of each, and two of the talk. */
const groups = [talk, shell, files, code, once, twiceIn, wire];

const ways = {
  "json-in-json": escaped,
  "json-twice": twice,
  json: escaped,
  "url-query": encodeURIComponent,
  "markdown-link": encodeURIComponent,
};

/** The contexts of the family at this place of the table, spread evenly over the families. */
export function contextsFor(index) {
  const all = [...groups.map((group) => [group, index]), [talk, index + 3]];
  return all.map(([group, at]) => {
    const list = Object.keys(group);
    const name = list[at % list.length];
    return { name, write: group[name], spell: ways[name] ?? plain };
  });
}

/** Ways to put a whole text into another: what a transcript, a patch or a mail does to what it quotes. */
export const wraps = {
  "json-in-json": { wrap: (text) => JSON.stringify({ type: "tool_result", content: text }), spell: escaped },
  "json-twice": {
    wrap: (text) => JSON.stringify({ event: "message", body: JSON.stringify({ role: "user", content: text }) }),
    spell: twice,
  },
  crlf: { wrap: (text) => `${text}\n`.replaceAll("\n", "\r\n"), spell: plain },
  "diff-add": { wrap: (text) => `@@ -0,0 +1 @@\n${text.replace(/^/gm, "+")}`, spell: plain },
  "diff-remove": { wrap: (text) => `@@ -1 +0,0 @@\n${text.replace(/^/gm, "-")}`, spell: plain },
  "code-block": { wrap: (text) => `This is what I have:\n\n\`\`\`\n${text}\n\`\`\`\n`, spell: plain },
  quoted: { wrap: (text) => `You wrote:\n${text.replace(/^/gm, "> ")}\nIs that still so?`, spell: plain },
  "log-prefixed": { wrap: (text) => text.replace(/^/gm, "api-1  | "), spell: plain },
};
