// The opening page of a customer's link: one BatchGetItem, one page. See README.md.
import { createHash } from "node:crypto";
import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

const dynamodb = new DynamoDBClient({});
const core = process.env.PARLOR_CORE_TABLE;

export async function handler(event) {
  const token = event.rawPath.split("/")[2] ?? "";
  const found = await read(token);
  if (!found) return html(404, "<!DOCTYPE html><title>Not found</title><h1>This link does not work</h1>");
  const { session, link, settings, company } = found;
  const now = Date.now();
  if (link.revoked || now >= Date.parse(link.expires_at) || session.state === "ended") {
    return html(410, "<!DOCTYPE html><title>Expired</title><h1>This link has expired</h1>");
  }
  const asksPin = settings.authentication?.method === "pin";
  const page = opening({ path: `/s/${token}`, company, agent: session.agent_name, asksPin });
  console.log(JSON.stringify({ level: "INFO", message: "answered", route: event.routeKey, status: 200 }));
  return html(200, page, ["__Host-parlor_probe=1; Path=/; Secure; HttpOnly; SameSite=Lax"]);
}

/** The link, its session and the effective settings, in one request; nothing when the link is none. */
async function read(token) {
  const [id, secret] = [token.slice(0, 26), Buffer.from(token.slice(26), "base64url")];
  if (secret.length !== 24) return undefined;
  const hash = createHash("sha256").update(secret).digest("base64url");
  const keys = [
    [`S#${id}`, "S"],
    ["CONF", "SYSTEM"],
    [`CONF#${id.slice(0, 6)}`, "TEAM"],
    [`S#${id}`, `L#${hash}`],
  ];
  const answer = await dynamodb.send(
    new BatchGetItemCommand({
      RequestItems: {
        [core]: { ConsistentRead: true, Keys: keys.map(([pk, sk]) => ({ pk: { S: pk }, sk: { S: sk } })) },
      },
    }),
  );
  const items = new Map();
  for (const item of answer.Responses[core].map((item) => unmarshall(item))) items.set(`${item.pk} ${item.sk}`, item);
  const [session, system, team, link] = keys.map(([pk, sk]) => items.get(`${pk} ${sk}`));
  if (!session || !link) return undefined;
  const settings = { ...JSON.parse(system?.doc ?? "{}"), ...JSON.parse(team?.doc ?? "{}") };
  return { session: JSON.parse(session.doc), link: JSON.parse(link.doc), settings, company: team?.name ?? "" };
}

const SECURITY = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
};

function html(statusCode, body, cookies = []) {
  return { statusCode, headers: SECURITY, cookies, body, isBase64Encoded: false };
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text) => String(text).replace(/[&<>"']/g, (letter) => ENTITIES[letter]);

const LANGUAGES = [
  ["en", "English"],
  ["es", "Español"],
  ["fr", "Français"],
  ["de", "Deutsch"],
  ["ar", "العربية"],
];

function opening({ path, company, agent, asksPin }) {
  const title = `An invitation from ${escaped(agent)} at ${escaped(company)}`;
  const languages = LANGUAGES.map(
    ([code, name]) => `<li><a href="${escaped(path)}?lang=${code}" lang="${code}" hreflang="${code}">${name}</a></li>`,
  ).join("");
  const steps = [
    "You press Continue, and your own page opens on this device and on no other.",
    asksPin ? `You enter the PIN that ${escaped(agent)} gave you.` : undefined,
    "You see what is to be done one step at a time, and may pause and come back later.",
  ]
    .filter(Boolean)
    .map((step) => `<li>${step}</li>`)
    .join("");
  return `<!DOCTYPE html><html lang="en" dir="ltr" class="hue-260"><head><meta charset="utf-8"><meta name="viewport" \
content="width=device-width,initial-scale=1,viewport-fit=cover"><title>${title}</title><meta name="referrer" \
content="no-referrer"><meta name="robots" content="noindex,nofollow"><meta name="color-scheme" content="light dark">\
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no"><link rel="icon" \
href="/static/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/static/customer.css"></head><body \
class="narrow"><header class="top"><span class="mark" aria-hidden="true">${escaped(company.slice(0, 2))}</span><p \
class="company"><bdi>${escaped(company)}</bdi></p><details class="menu"><summary class="button button-quiet" \
title="Language"><svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 \
18zM3 12h18M12 3c5 5.500 5 12.500 0 18-5-5.500-5-12.500 0-18z"></path></svg><span class="unseen">Language</span>\
</summary><ul class="menu-list">${languages}</ul></details></header><main class="sheet"><div class="invite"><span \
class="avatar"><span aria-hidden="true">${escaped(agent.slice(0, 1))}</span></span><h1>${title}</h1></div><div \
class="lead"><p>There is something for you to look at, fill in or sign.</p></div><section class="next" \
aria-labelledby="next"><h2 class="label" id="next">What happens next</h2><ol class="steps">${steps}</ol></section><form \
class="stack" method="post" action="${escaped(path)}/continue"><button class="button button-primary button-wide" \
type="submit">Continue</button></form><footer class="small-print"><p>This link is yours alone, so do not pass it on. \
You did not expect it? Close the page, and nothing will happen. If in doubt, call ${escaped(company)} at a number that \
you already know.</p><p>This page uses cookies to recognise this device, and for nothing else.</p></footer></main>\
</body></html>`;
}
