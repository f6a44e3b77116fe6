// The relay of a chat message: two Query side by side, one TransactWriteItems, one post to every connection of the room.
// See README.md.
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { DynamoDBClient, QueryCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

const dynamodb = new DynamoDBClient({});
const management = new ApiGatewayManagementApiClient({ endpoint: process.env.PARLOR_LIVE_ENDPOINT });
const core = process.env.PARLOR_CORE_TABLE;

export async function handler(event) {
  const { connectionId, identity } = event.requestContext;
  const frame = JSON.parse(event.body);
  if (frame.type !== "message" || !frame.id || !frame.text.trim()) return { statusCode: 200 };
  const { session, room, newest } = await read(frame);
  const lease = room?.[connectionId];
  if (!session || !lease) return { statusCode: 200 };
  const before = JSON.parse(session.doc);
  if (before.state === "ended") return { statusCode: 200 };

  const from = lease.who === "customer" ? "customer" : "agent";
  const at = new Date().toISOString();
  const actor = from === "customer" ? { type: "customer" } : { type: "agent", id: lease.who.agent, name: lease.name };
  const seq = Math.max(before.seq, JSON.parse(newest.doc).seq) + 1;
  const entry = { seq, at, actor, origin: { ip: identity.sourceIp, user_agent: identity.userAgent } };
  const message = { ...entry, type: "message", id: frame.id, from, text: frame.text.trim() };
  await write(session.pk, before.version, message);

  const { pk: _pk, sk: _sk, ...leases } = room;
  const online = { ...leases, [connectionId]: { until: new Date(Date.now() + 90_000).toISOString() } };
  const data = JSON.stringify({
    type: "message",
    seq: message.seq,
    at,
    id: message.id,
    from,
    name: lease.name,
    text: message.text,
  });
  await Promise.all(
    Object.entries(online)
      .filter(([, lease]) => Date.parse(lease.until) > Date.now())
      .map(([ConnectionId]) => management.send(new PostToConnectionCommand({ ConnectionId, Data: data })).catch(gone)),
  );
  console.log(JSON.stringify({ level: "INFO", message: "handled" }));
  return { statusCode: 200 };
}

function gone(error) {
  if (error.name !== "GoneException") console.log(JSON.stringify({ level: "WARN", message: "not delivered" }));
}

/** Session and room, which are neighbours in their partition, and the newest event. */
async function read(frame) {
  const query = (from, to, more) =>
    dynamodb.send(
      new QueryCommand({
        TableName: core,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: marshall({ ":pk": `S#${frame.session}`, ":from": from, ":to": to }),
        ...more,
      }),
    );
  const [neighbours, events] = await Promise.all([
    query("P", "S"),
    query("E#", "E#~", { ScanIndexForward: false, Limit: 1 }),
  ]);
  const items = new Map(neighbours.Items.map((item) => unmarshall(item)).map((item) => [item.sk, item]));
  return { session: items.get("S"), room: items.get("P"), newest: unmarshall(events.Items[0]) };
}

/** Event and mark, or nothing of it. */
async function write(pk, version, message) {
  const put = (sk, item) => ({
    Put: {
      TableName: core,
      Item: marshall({ pk, sk, ...item }, { removeUndefinedValues: true }),
      ConditionExpression: "attribute_not_exists(pk)",
    },
  });
  const { seq, at, from, id } = message;
  await dynamodb.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        put(`E#${String(seq).padStart(12, "0")}`, { doc: JSON.stringify(message), version, agent_at: at }),
        put(from === "customer" ? `M#customer:${id}` : `M#agent:${id}`, { doc: JSON.stringify({ seq, at }) }),
      ],
    }),
  );
}
