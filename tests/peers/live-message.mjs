// The relay of a chat message: one BatchGetItem, one TransactWriteItems, one post to every connection of the room.
// See README.md.
import { ApiGatewayManagementApiClient, PostToConnectionCommand } from "@aws-sdk/client-apigatewaymanagementapi";
import { BatchGetItemCommand, DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

const dynamodb = new DynamoDBClient({});
const management = new ApiGatewayManagementApiClient({ endpoint: process.env.PARLOR_LIVE_ENDPOINT });
const core = process.env.PARLOR_CORE_TABLE;
const connections = process.env.PARLOR_CONNECTIONS_TABLE;

export async function handler(event) {
  const { connectionId, identity } = event.requestContext;
  const frame = JSON.parse(event.body);
  if (frame.type !== "message" || !frame.id || !frame.text.trim()) return { statusCode: 200 };
  const found = await read(connectionId, frame);
  const connection = JSON.parse(found.get(`C#${connectionId} C`)?.doc ?? "{}");
  const item = found.get(`S#${frame.session} S`);
  if (!item || connection.session !== frame.session) return { statusCode: 200 };
  const before = JSON.parse(item.doc);
  if (before.state === "ended") return { statusCode: 200 };

  const from = connection.who === "customer" ? "customer" : "agent";
  const at = new Date().toISOString();
  const session = { ...before, version: before.version + 1, seq: before.seq + 1, last_event_at: at };
  const actor =
    from === "customer" ? { type: "customer" } : { type: "agent", id: connection.who.agent, name: connection.name };
  const entry = { seq: session.seq, at, actor, origin: { ip: identity.sourceIp, user_agent: identity.userAgent } };
  const message = { ...entry, type: "message.posted", id: frame.id, from, text: frame.text.trim() };
  await write(item, before.version, session, message);

  const online = { ...item.online, [connectionId]: { until: new Date(Date.now() + 90_000).toISOString() } };
  const data = JSON.stringify({
    type: "message",
    seq: message.seq,
    at,
    id: message.id,
    from,
    name: connection.name,
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

async function read(connectionId, frame) {
  const key = (pk, sk) => ({ pk: { S: pk }, sk: { S: sk } });
  const room = `S#${frame.session}`;
  const answer = await dynamodb.send(
    new BatchGetItemCommand({
      RequestItems: {
        [core]: {
          ConsistentRead: true,
          Keys: [
            key(room, "S"),
            key("CONF", "SYSTEM"),
            key(`CONF#${frame.session.slice(0, 6)}`, "TEAM"),
            key(room, `M#customer:${frame.id}`),
            key(room, `M#agent:${frame.id}`),
          ],
        },
        [connections]: { ConsistentRead: true, Keys: [key(`C#${connectionId}`, "C")] },
      },
    }),
  );
  const items = Object.values(answer.Responses)
    .flat()
    .map((item) => unmarshall(item));
  return new Map(items.map((item) => [`${item.pk} ${item.sk}`, item]));
}

/** Session, event and mark, or nothing of it. */
async function write(item, readVersion, session, message) {
  const options = { removeUndefinedValues: true };
  const { pk } = item;
  const put = (sk, doc, condition) => ({
    Put: {
      TableName: core,
      Item: marshall({ pk, sk, doc: JSON.stringify(doc) }, options),
      ...(condition && { ConditionExpression: condition }),
    },
  });
  const mark = message.from === "customer" ? `M#customer:${message.id}` : `M#agent:${message.id}`;
  await dynamodb.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        {
          Update: {
            TableName: core,
            Key: marshall({ pk, sk: "S" }),
            UpdateExpression: "SET #doc = :doc, #version = :version, #due_shard = :due_shard, #due_at = :due_at",
            ConditionExpression: "#version = :read",
            ExpressionAttributeNames: {
              "#doc": "doc",
              "#version": "version",
              "#due_shard": "due_shard",
              "#due_at": "due_at",
            },
            ExpressionAttributeValues: marshall(
              {
                ":doc": JSON.stringify(session),
                ":version": session.version,
                ":due_shard": item.due_shard,
                ":due_at": item.due_at,
                ":read": readVersion,
              },
              options,
            ),
          },
        },
        put(`E#${String(message.seq).padStart(12, "0")}`, message),
        put(mark, { seq: message.seq, at: message.at }, "attribute_not_exists(pk)"),
      ],
    }),
  );
}
