"""Shows schemathesis the installation: real ids, current versions, a signed-in agent; counts; and looks for leaks.

The environment says where: PARLOR_URL and PARLOR_API_KEY, PARLOR_AGENT_EMAIL and PARLOR_AGENT_PASSWORD if somebody can sign in,
and PARLOR_COUNT, the file that the number of requests goes to, and the operations that never succeeded. PARLOR_TEST_CANARIES, if
it is there, is the folder for what no log may hold, as in tests/src/canary.rs.
"""

import atexit
import contextlib
import hashlib
import json
import os
import re
import time
import zlib

import requests
import schemathesis

URL = os.environ["PARLOR_URL"]
COUNT = os.environ["PARLOR_COUNT"]

key = requests.Session()
key.headers["Authorization"] = f"Bearer {os.environ['PARLOR_API_KEY']}"


told = set()
canaries = None
if "PARLOR_TEST_CANARIES" in os.environ:
    canaries = open(os.path.join(os.environ["PARLOR_TEST_CANARIES"], "schemathesis.jsonl"), "a", encoding="utf-8")


def canary(what, text, **more):
    """Notes something that no log may hold, unless it is so short that other text looks like it."""
    line = json.dumps({"what": what, "text": text, **more})
    if canaries and line not in told and (len(text) >= 12 or (more and len(text) >= 4)):
        told.add(line)
        print(line, file=canaries, flush=True)


def note(body, session):
    """Notes what is secret in a body that was sent or answered."""
    if isinstance(body, list):
        for item in body:
            note(item, session)
    for name, value in body.items() if isinstance(body, dict) else ():
        if not isinstance(value, str):
            note(value, session)
        elif name == "email" and "@" in value:
            canary("an address", value)
        elif name == "phone" and value.startswith("+"):
            canary("a number", value)
        elif name == "pin" and re.fullmatch("[0-9]+", value):
            canary("a PIN", value, session=session)
        elif name == "secret":
            canary("a webhook's secret", value[-32:])
        elif name == "url" and "/s/" in value:
            canary("a link's token", value[-32:])


def call(method, path, **options):
    """A request of our own, which has to succeed."""
    response = key.request(method, f"{URL}{path}", timeout=20, **options)
    response.raise_for_status()
    answer = response.json()
    for body in (options.get("json"), answer):
        note(body, answer.get("id", ""))
    return answer


def start(mode="start", **more):
    customer = {"name": "Mara Quist", "email": "mara@example.net"}
    return call("POST", "/v1/sessions", json={"customer": customer, "mode": mode, **more})


def sessions():
    """Some in every state that can be reached from here, each with something in it."""
    made = [start("plan") for _ in range(3)] + [start(pin="4711") for _ in range(6)]
    for session in made:
        for text in ("Good morning.", "Ihr Angebot ist da. \u2709"):
            call("POST", f"/v1/sessions/{session['id']}/messages", json={"text": text})
    for session in made[-2:] + made[:1]:
        call("POST", f"/v1/sessions/{session['id']}/end")
    return made


MADE = sessions()
SESSIONS = [session["id"] for session in MADE]
# Operations are tried one after the other: what ends sessions must leave some to those that come after it.
ENDED = SESSIONS[-2:] + SESSIONS[:1]
OPEN = SESSIONS[1:-2]


def over():
    """One that is over and that nothing else asks for: erased once, it says so ever after."""
    session = start()["id"]
    call("POST", f"/v1/sessions/{session}/end")
    return session


ABOUT = {"endSession": ENDED, "renewSession": ENDED, "eraseSession": [over()]} | {
    name: OPEN
    for name in ("inviteCustomer", "keepSessionOpen", "createLink", "listLinks", "revokeLink", "showPin", "resetPin", "releaseDevice", "postMessage",
                 "addParticipant", "listParticipants", "removeParticipantByForm", "inviteParticipant", "releaseParticipantsDevice", "assignInteraction", "moveInteraction", "setOrder",
                 "announceUpload", "makeInteraction", "listInteractions", "getInteraction", "sendInteraction", "withdrawInteraction", "remindOfInteraction")
}
TEAM = MADE[0]["team"]


def interactions(session):
    """Two things to do: one to be taken back, and one that stays."""
    question = {"name": "name", "label": "Your name?", "type": "text"}
    steps = [{"id": "a", "title": "A", "fields": [question]}]
    return [call("POST", f"/v1/sessions/{session}/interactions", json={"steps": steps})["id"] for _ in range(2)]


MADE_TO_DO = {id: interactions(id) for id in OPEN}
WITHDRAWN = {id: two[0] for id, two in MADE_TO_DO.items()}
KEPT = {id: two[1] for id, two in MADE_TO_DO.items()}


def participants(session):
    """Two further people: one to be removed, and one who stays."""
    people = [{"name": f"Ada Quist {number}", "email": f"ada{number}@example.net"} for number in range(2)]
    return [call("POST", f"/v1/sessions/{session}/participants", json=person)["id"] for person in people]


ASKED_IN = {id: participants(id) for id in OPEN}
LEAVES = {id: two[0] for id, two in ASKED_IN.items()}
STAYS = {id: two[1] for id, two in ASKED_IN.items()}
# A link of each of them.
LINKS = {id: call("GET", f"/v1/sessions/{id}/links")["items"][0]["id"] for id in OPEN if id not in SESSIONS[:3]}


def webhook():
    """An endpoint for events that do not happen here: nothing is sent anywhere."""
    endpoint = {"url": "https://hooks.example.com/parlor", "events": ["delivery.failed"]}
    return call("POST", "/v1/webhooks", json=endpoint)["id"]


WEBHOOKS = [webhook() for _ in range(4)]


def spare_webhook():
    """One that may be deleted: somebody else's, or a new one while there is room."""
    for endpoint in call("GET", "/v1/webhooks")["items"]:
        if endpoint["id"] not in WEBHOOKS:
            return endpoint["id"]
    return webhook()


def spare_key():
    """An API key that may be revoked: one that was made here, or a new one; never the one that asks."""
    own = os.environ["PARLOR_API_KEY"].split("_")[3]
    for made in call("GET", "/v1/keys")["items"]:
        if made["id"] != own:
            return made["id"]
    return call("POST", "/v1/keys", json={"name": "Spare", "scopes": ["read"]})["id"]


def entry(number):
    """An entry of the team's library."""
    text = {"kind": "text", "title": f"Text {number}", "text": "Hello {name}"}
    return call("POST", "/v1/library", json=text)["id"]


LIBRARY = [entry(number) for number in range(6)]
# What is archived cannot be published: each has entries of its own.
ABOUT |= {"changeLibraryEntry": LIBRARY[:3], "publishLibraryEntry": LIBRARY[3:]}


def spare_entry():
    """A draft of the library that may be removed."""
    return entry("to be removed")


def chunk(kind, data):
    """A part of a PNG."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def logo():
    """A logo that was sent and looked at: a pixel."""
    head = (1).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b"")
    said = {"name": "logo.png", "size": len(png), "content_type": "image/png", "sha256": hashlib.sha256(png).hexdigest()}
    sent = call("POST", "/v1/logos", json=said)
    requests.put(sent["url"], data=png, headers=sent["headers"], timeout=20).raise_for_status()
    while key.get(f"{URL}/v1/logos/{sent['id']}", timeout=20).status_code == 409:
        time.sleep(0.1)
    return sent["id"]


LOGOS = [logo()]


def let_renew():
    """Puts the settings back as they were: others that were saved meanwhile may let nobody start a session, or renew one."""
    for path in DOCUMENTS:
        answer = key.get(f"{URL}{path}", timeout=20)
        if answer.json() != FIRST[path]:
            headers = {"If-Match": answer.headers["etag"]}
            ETAGS[path] = key.put(f"{URL}{path}", json=FIRST[path], headers=headers, timeout=20).headers.get("etag", ETAGS[path])


def person(number):
    """Somebody who is invited."""
    email = f"person{number}@example.com"
    return call("POST", "/v1/people", json={"name": "Lea Roy", "email": email, "teams": [TEAM]})["id"]


PEOPLE = [person(number) for number in range(4)]
call("POST", f"/v1/people/{PEOPLE[1]}/deactivate")
# Whoever is deactivated is let in again, and only that.
ABOUT |= {"deactivatePerson": PEOPLE[:1], "reactivatePerson": PEOPLE[1:2], "sendInvitation": PEOPLE[2:], "changePerson": PEOPLE[2:]}

DOCUMENTS = ("/v1/settings", f"/v1/teams/{TEAM}/settings")
FIRST = {path: key.get(f"{URL}{path}", timeout=20).json() for path in DOCUMENTS}
# The newest ETag of each document, by path.
VERSIONED = DOCUMENTS + tuple(f"/v1/library/{id}" for id in LIBRARY)
ETAGS = {path: key.get(f"{URL}{path}", timeout=20).headers["etag"] for path in VERSIONED}
# As the document has it.
WELL_FORMED = r"([0-9a-hjkmnp-tv-z]{6})?[0-9a-hjkmnp-tv-z]{16}"
# What is delivered takes a receiver; an answer about a transfer takes somebody who asked while its owner is in the room; a signed
# document takes a customer; the file of a message takes one that was read, and so do the fields of a document; an archive takes a finished file.
OUT_OF_REACH = ("getDelivery", "replayDelivery", "approveTransfer", "declineTransfer", "getInteractionResult", "acceptInteraction", "sendInteractionBack",
                "getMessageFile", "placeFields", "makeArchive", "readArchive")


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Ids that are there, instead of any that could be."""
    # The document's example names a team of the demo; here it is one of this installation.
    example = raw_schema["paths"]["/v1/people"]["post"]["requestBody"]["content"]["application/json"]["examples"]["example"]
    example["value"]["teams"] = [TEAM]
    for path, item in raw_schema["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] not in OUT_OF_REACH:
                waiting.add(f"{method.upper()} {path}")
            for parameter in operation.get("parameters", []):
                # A deleted id is not there any more, so any well-formed one will do: `before_call` knows one that is.
                if parameter["in"] == "path" and method != "delete":
                    there = {"teams": [TEAM], "webhooks": WEBHOOKS, "people": PEOPLE, "library": LIBRARY, "logos": LOGOS, "sessions": SESSIONS}[path.split("/")[2]]
                    there = ABOUT.get(operation["operationId"], there)
                    named = {"seq": [1, 2], "event": [f"{session}-1" for session in SESSIONS], "link": list(LINKS.values()), "iid": list((WITHDRAWN if path.endswith("/withdraw") else KEPT).values()), "pid": list((LEAVES if path.endswith("/remove") else STAYS).values())}
                    parameter["schema"] = {"enum": named.get(parameter["name"], there)}


def sign_in():
    """The cookie of the agent, for what only the console may do."""
    fields = {"email": os.environ["PARLOR_AGENT_EMAIL"], "password": os.environ["PARLOR_AGENT_PASSWORD"]}
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": URL}
    response = requests.post(f"{URL}/login", data=fields, headers=headers, allow_redirects=False, timeout=20)
    cookie = re.search(r"__Host-parlor_staff=([^;]+)", response.headers["set-cookie"]).group(1)
    canary("a cookie", cookie[-32:])
    return cookie


COOKIE = sign_in() if "PARLOR_AGENT_EMAIL" in os.environ else None


def document_path(case):
    """The address of what the request is about."""
    parts = case.operation.path.split("/")[:4]
    return "/".join(parts).replace("{id}", str((case.path_parameters or {}).get("id")))


@schemathesis.hook
def before_call(context, case, kwargs):
    if COOKIE and case.operation.path == "/v1/sessions/{id}/pin":
        case.headers = {**(case.headers or {}), "Cookie": f"__Host-parlor_staff={COOKIE}"}
    if case.operation.path.endswith("/links/{link}/revoke"):
        session = case.path_parameters.get("id")
        case.path_parameters["link"] = LINKS.get(str(session), case.path_parameters.get("link"))
    # A session and an interaction that are there belong together.
    theirs = WITHDRAWN if case.operation.path.endswith("/withdraw") else KEPT
    parameters = case.path_parameters or {}
    if parameters.get("iid") in theirs.values():
        parameters["iid"] = theirs.get(str(parameters.get("id")), parameters["iid"])
    leaving = case.method.upper() == "DELETE" or case.operation.path.endswith("/remove")
    people = LEAVES if leaving else STAYS
    if parameters.get("pid") in people.values():
        parameters["pid"] = people.get(str(parameters.get("id")), parameters["pid"])
    if case.method.upper() == "DELETE" and re.fullmatch(WELL_FORMED, str(parameters.get("pid"))):
        parameters["id"] = OPEN[-1]
        parameters["pid"] = LEAVES[OPEN[-1]]
    elif case.method.upper() == "DELETE" and re.fullmatch(WELL_FORMED, str(case.path_parameters.get("id"))):
        # Of others nothing is deleted: a method that an address lacks is tried, too.
        spares = {"keys": spare_key, "library": spare_entry, "webhooks": spare_webhook}
        spare = spares.get(case.operation.path.split("/")[2])
        if spare:
            case.path_parameters["id"] = spare()
    if case.operation.path.endswith("/renew") and case.operation.label in waiting:
        let_renew()
        # Settings that were saved meanwhile may have had the others erased, or let nobody start one.
        if re.fullmatch(WELL_FORMED, str(parameters.get("id"))):
            with contextlib.suppress(requests.HTTPError):
                parameters["id"] = over()
    # What follows them is not of the path, so that the request would be to another address.
    for name, value in parameters.items():
        if re.search("[#?]", str(value)):
            parameters[name] = re.sub("[#?]", "", str(value))
    if case.method.upper() not in ("PUT", "PATCH") and not case.operation.path.endswith("/publish"):
        return
    # Versions rise with each success: whoever sends a well-formed one means the newest.
    path = document_path(case)
    sent = case.headers.get("If-Match")
    if path in ETAGS and sent and re.fullmatch(r'(W/)?"[0-9]+"', sent):
        case.headers["If-Match"] = ETAGS[path]
    # Of the pairs of letters few are a country's.
    channels = case.body.get("channels") if isinstance(case.body, dict) else None
    if isinstance(channels, dict) and re.fullmatch("[A-Z]{2}", str(channels.get("default_country"))):
        channels["default_country"] = "DE"
    # Maintenance is 503 by design, and would be all that the others see from then on.
    body = case.body
    if isinstance(body, dict) and isinstance(body.get("service"), dict) and body["service"].get("maintenance") is True:
        body["service"]["maintenance"] = False


counted = 0
waiting = set()


@schemathesis.hook
def after_call(context, case, response):
    global counted
    counted += 1
    if response.status_code < 300:
        waiting.discard(case.operation.label)
    answer = json.loads(response.content) if response.content and "json" in str(response.headers.get("content-type")) else None
    parameters = case.path_parameters or {}
    session = str(parameters.get("id", answer.get("id", "") if isinstance(answer, dict) else ""))
    for body in (case.body, answer):
        note(body, session)
    etag = response.headers.get("etag")
    if etag:
        ETAGS[document_path(case)] = etag[0]


@atexit.register
def say():
    with open(COUNT, "w", encoding="utf-8") as file:
        file.write("\n".join([str(counted), *sorted(waiting)]))


# What no answer may tell: what it runs on, where its files are, what its types are called, how it failed.
INTERNAL = re.compile(
    r"""
      dynamo | dynoxide | sqlite | \baws\b | amazon | \blambda\b | conditional\s?check | transact(?:ion)?cancel | throttl
    | panicked | backtrace | unwrap\(\) | \bserde\b | \bstruct\s | \benum\s | Option< | Vec< | \b[a-z_]{3,}::[a-zA-Z_]{3,}
    | \.rs\b | /(?:root|home|src|target|usr|var|tmp|work)/ | \.cargo | internal\sserver\serror
    """,
    re.VERBOSE | re.IGNORECASE,
)


@schemathesis.check
def nothing_internal(context, response, case):
    """No answer tells what is inside, except in words that the caller sent."""
    ours = {name: value for name, value in response.headers.items() if not name.startswith(("apigw-", "x-amz"))}
    text = f"{response.text}\n{ours}"
    for found in INTERNAL.finditer(text):
        if found.group() not in str(case.body):
            around = text[max(0, found.start() - 80) : found.end() + 80]
            raise AssertionError(f"`{found.group()}` is internal: …{around}…")
