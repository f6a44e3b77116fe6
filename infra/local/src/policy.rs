//! Holds functions to their roles: reads the policies of `infra/template.yaml` and answers whether they allow a request to
//! AWS. Without this a permission that a role lacks would be noticed only on AWS.
//!
//! Understood is what the template uses of IAM: `Allow`, actions, `Resource` and `NotResource` with `*`, the condition
//! `StringEquals`, and `ForAllValues:StringLike` on the partition keys of items. Anything else is an error at the start, so
//! that nothing counts as checked that is not.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::template_error::TemplateError;

/// The region of everything on one machine. It is nowhere.
pub(crate) const REGION: &str = "us-east-1";
/// The account of everything on one machine.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The most that any of the services takes.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// What one function may do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy(Vec<Statement>);

#[derive(Debug, Clone)]
struct Statement {
    actions: Vec<String>,
    resources: Resources,
    /// Condition key to the values that it may have.
    equals: BTreeMap<String, Vec<String>>,
    /// Likewise, of those that a request has.
    equals_if_there: BTreeMap<String, Vec<String>>,
    /// Patterns of the partition keys that it is about.
    leading_keys: Option<Vec<String>>,
    /// Patterns of the attributes that it is about.
    attributes: Option<Vec<String>>,
}

#[derive(Debug, Clone)]
enum Resources {
    Only(Vec<String>),
    AllBut(Vec<String>),
}

/// One permission that a request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    /// `dynamodb:PutItem`.
    pub(crate) action: String,
    pub(crate) resource: String,
    /// What conditions look at.
    pub(crate) context: BTreeMap<String, String>,
    /// The partition keys of the items that are read or written; of the index, where one is asked.
    pub(crate) leading_keys: Vec<String>,
    /// The attributes that an `UpdateItem` names: those of its key and of its expressions.
    attributes: Vec<String>,
}

impl Need {
    pub(crate) fn new(action: impl Into<String>, resource: String) -> Self {
        Self { action: action.into(), resource, context: BTreeMap::new(), leading_keys: vec![], attributes: vec![] }
    }
}

/// AWS's own policies, which let every function write its log and its traces.
const OF_AWS: [&str; 2] =
    [":iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", ":iam::aws:policy/AWSXRayDaemonWriteAccess"];

impl Policy {
    /// The policy of a function's `properties`: what `Policies` lists, or what the role has that `Role` names. `resolve`
    /// turns a `Ref`, `GetAtt` or `Sub` into text.
    pub(crate) fn of(
        properties: &Value,
        resources: &Map<String, Value>,
        resolve: &impl Fn(&Value) -> Option<String>,
    ) -> Result<Self, TemplateError> {
        let mut policy = Self::default();
        if let Some(role) = properties["Role"]["Fn::GetAtt"][0].as_str() {
            let role = resources.get(role).ok_or_else(|| TemplateError::Missing(role.to_owned()))?;
            for attached in role["Properties"]["ManagedPolicyArns"].as_array().into_iter().flatten() {
                // A policy that a parameter can take away.
                let attached = attached.get("Fn::If").map_or(attached, |chosen| &chosen[1]);
                let name = attached["Fn::Sub"].as_str().unwrap_or_default();
                if !OF_AWS.iter().any(|own| name.ends_with(own)) {
                    policy.attach(attached, resources, resolve)?;
                }
            }
            for inline in role["Properties"]["Policies"].as_array().into_iter().flatten() {
                policy.add(&inline["PolicyDocument"], resolve)?;
            }
        }
        for attached in properties["Policies"].as_array().into_iter().flatten() {
            if attached.get("Statement").is_some() {
                policy.add(attached, resolve)?;
            } else {
                policy.attach(attached, resources, resolve)?;
            }
        }
        Ok(policy)
    }

    fn attach(
        &mut self,
        attached: &Value,
        resources: &Map<String, Value>,
        resolve: &impl Fn(&Value) -> Option<String>,
    ) -> Result<(), TemplateError> {
        let managed = attached["Ref"].as_str().and_then(|id| resources.get(id));
        let managed = managed.filter(|resource| resource["Type"] == "AWS::IAM::ManagedPolicy");
        // SAM's policy templates (`DynamoDBCrudPolicy`) allow more than a function does.
        let managed = managed.ok_or_else(|| TemplateError::Unknown(format!("the policy {attached}")))?;
        self.add(&managed["Properties"]["PolicyDocument"], resolve)
    }

    fn add(&mut self, document: &Value, resolve: &impl Fn(&Value) -> Option<String>) -> Result<(), TemplateError> {
        for statement in one_or_many(&document["Statement"]) {
            self.0.push(Statement::read(statement, resolve)?);
        }
        Ok(())
    }

    /// Whether it allows what `need` says.
    fn allows(&self, need: &Need) -> bool {
        self.0.iter().any(|statement| statement.allows(need))
    }
}

impl Statement {
    fn read(statement: &Value, resolve: &impl Fn(&Value) -> Option<String>) -> Result<Self, TemplateError> {
        let unknown = || TemplateError::Unknown(format!("the statement {statement}"));
        let texts = |value: &Value| -> Result<Vec<String>, TemplateError> {
            one_or_many(value).map(|value| resolve(value).ok_or_else(unknown)).collect()
        };
        let mut read = Self {
            actions: vec![],
            resources: Resources::Only(vec![]),
            equals: BTreeMap::new(),
            equals_if_there: BTreeMap::new(),
            leading_keys: None,
            attributes: None,
        };
        for (key, value) in statement.as_object().ok_or_else(unknown)? {
            match key.as_str() {
                "Sid" => {}
                "Effect" if value == "Allow" => {}
                "Action" => read.actions = texts(value)?,
                "Resource" => read.resources = Resources::Only(texts(value)?),
                "NotResource" => read.resources = Resources::AllBut(texts(value)?),
                "Condition" => {
                    for (operator, keys) in value.as_object().ok_or_else(unknown)? {
                        if operator == "ForAllValues:StringLike" {
                            for (key, patterns) in keys.as_object().ok_or_else(unknown)? {
                                match key.as_str() {
                                    "dynamodb:LeadingKeys" => read.leading_keys = Some(texts(patterns)?),
                                    "dynamodb:Attributes" => read.attributes = Some(texts(patterns)?),
                                    _ => return Err(unknown()),
                                }
                            }
                            continue;
                        }
                        let equals = match operator.as_str() {
                            "StringEquals" => &mut read.equals,
                            "StringEqualsIfExists" => &mut read.equals_if_there,
                            _ => return Err(unknown()),
                        };
                        for (key, values) in keys.as_object().ok_or_else(unknown)? {
                            equals.insert(key.clone(), texts(values)?);
                        }
                    }
                }
                _ => return Err(unknown()),
            }
        }
        Ok(read)
    }

    fn allows(&self, need: &Need) -> bool {
        let among = |patterns: &[String]| patterns.iter().any(|pattern| matches(pattern, &need.resource));
        self.actions.iter().any(|action| matches(&action.to_lowercase(), &need.action.to_lowercase()))
            && match &self.resources {
                Resources::Only(patterns) => among(patterns),
                Resources::AllBut(patterns) => !among(patterns),
            }
            && all_match(self.leading_keys.as_ref(), &need.leading_keys)
            && all_match(self.attributes.as_ref(), &need.attributes)
            && self.equals.iter().all(|(key, values)| need.context.get(key).is_some_and(|is| values.contains(is)))
            && self.equals_if_there.iter().all(|(key, is)| need.context.get(key).is_none_or(|own| is.contains(own)))
    }
}

/// Whether each of `names` is among the patterns, where there are any. AWS says yes to a request without names. None of ours is one, so
/// here it is a mistake.
fn all_match(patterns: Option<&Vec<String>>, names: &[String]) -> bool {
    patterns.is_none_or(|patterns| {
        !names.is_empty() && names.iter().all(|name| patterns.iter().any(|pattern| matches(pattern, name)))
    })
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array();
    many.into_iter().flatten().chain(many.is_none().then_some(value))
}

/// Whether `text` is what `pattern` says, in which `*` is any text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(after, &rest[at..]))
        }),
    }
}

pub(crate) fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}")
}

pub(crate) fn key_arn(id: &str) -> String {
    format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/{id}")
}

/// What every function may do, by its name. Requests that say of themselves that they are nobody's function's pass: those
/// of tests, and those that lay out the demo.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles(Arc<BTreeMap<String, Policy>>);

impl Roles {
    pub(crate) fn new(policies: BTreeMap<String, Policy>) -> Self {
        Self(Arc::new(policies))
    }

    /// What AWS would say of the first of `needs` that the function's role does not allow; nothing when it allows all.
    pub(crate) fn refusal(&self, function: &str, needs: &[Need]) -> Option<String> {
        let policy = self.0.get(function)?;
        let Need { action, resource, .. } = needs.iter().find(|need| !policy.allows(need))?;
        let message = format!("the role of {function} is not authorized to perform: {action} on resource: {resource}");
        tracing::error!(function, action, resource, "not allowed by its role");
        Some(message)
    }
}

/// A client says whose it is as `app/<name>` in its user agent; `unknown` when it does not.
pub(crate) fn function(headers: &HeaderMap) -> &str {
    ["x-amz-user-agent", "user-agent"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .find_map(|agent| agent.split(' ').find_map(|part| part.strip_prefix("app/")))
        .unwrap_or("unknown")
}

/// What a request to DynamoDB needs: a transaction what its parts need, a batch its own action on every table.
pub(crate) fn dynamodb(operation: &str, request: &Value) -> Vec<Need> {
    let on = |action: &str, table: &Value| {
        Need::new(format!("dynamodb:{action}"), table_arn(table.as_str().unwrap_or_default()))
    };
    let of_item = |action: &str, request: &Value| {
        let key = [&request["Item"], &request["Key"]].into_iter().find_map(partition).or_else(|| queried(request));
        let keys = request["Key"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        let named = request["ExpressionAttributeNames"].as_object().into_iter().flatten();
        let attributes = keys.chain(named.filter_map(|(_, name)| name.as_str().map(str::to_owned))).collect();
        let answered = request["ReturnValues"].as_str();
        let context = answered.map(|what| ("dynamodb:ReturnValues".to_owned(), what.to_owned())).into_iter().collect();
        Need { leading_keys: key.into_iter().collect(), attributes, context, ..on(action, &request["TableName"]) }
    };
    match operation {
        "TransactWriteItems" | "TransactGetItems" => {
            let parts = request["TransactItems"].as_array().into_iter().flatten();
            parts
                .flat_map(|part| part.as_object().into_iter().flatten())
                .map(|(kind, part)| match kind.as_str() {
                    "ConditionCheck" => of_item("ConditionCheckItem", part),
                    kind => of_item(&format!("{kind}Item"), part),
                })
                .collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = request["RequestItems"].as_object().into_iter().flatten();
            tables
                .map(|(table, items)| Need {
                    leading_keys: items["Keys"].as_array().into_iter().flatten().filter_map(partition).collect(),
                    ..on(operation, &Value::from(table.as_str()))
                })
                .collect()
        }
        _ => {
            let mut need = of_item(operation, request);
            if let Some(index) = request["IndexName"].as_str() {
                need.resource = format!("{}/index/{index}", need.resource);
            }
            vec![need]
        }
    }
}

/// The partition key of an item or of its key.
fn partition(item: &Value) -> Option<String> {
    item["pk"]["S"].as_str().map(str::to_owned)
}

/// The partition that a `Query` asks. Its condition begins with it: `pk = :pk AND …`, and likewise in an index.
fn queried(request: &Value) -> Option<String> {
    let condition = request["KeyConditionExpression"].as_str()?;
    let (_, value) = condition.split(" AND ").next()?.split_once(" = ")?;
    request["ExpressionAttributeValues"][value.trim()]["S"].as_str().map(str::to_owned)
}

/// What a request to SES, SNS, KMS or the management of live connections needs. Nothing for one that is none of these: whoever
/// answers refuses it. `target` is the operation that the newer of them name in a header.
fn other(method: &str, path: &str, target: &str, body: &[u8]) -> Vec<Need> {
    if let Some(operation) = target.strip_prefix("TrentService.") {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        return vec![Need::new(format!("kms:{operation}"), key_arn(request["KeyId"].as_str().unwrap_or_default()))];
    }
    if let Some((stage, id)) = path.trim_start_matches('/').split_once("/@connections/") {
        let resource = format!("arn:aws:execute-api:{REGION}:{ACCOUNT}:SocketApi/{stage}/{method}/@connections/{id}");
        return vec![Need::new("execute-api:ManageConnections", resource)];
    }
    if path == "/v2/email/outbound-emails" {
        let request: Value = serde_json::from_slice(body).unwrap_or_default();
        let from = request["FromEmailAddress"].as_str().unwrap_or_default();
        let address = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'));
        let ses = |resource: String| {
            let mut need = Need::new("ses:SendEmail", format!("arn:aws:ses:{REGION}:{ACCOUNT}:{resource}"));
            need.context.insert("ses:FromAddress".to_owned(), address.to_owned());
            need
        };
        let set = request["ConfigurationSetName"].as_str().map(|name| ses(format!("configuration-set/{name}")));
        return std::iter::once(ses(format!("identity/{address}"))).chain(set).collect();
    }
    let fields: BTreeMap<_, _> = form_urlencoded::parse(body).into_owned().collect();
    match fields.get("Action") {
        // A phone number has no ARN.
        Some(action) => {
            vec![Need::new(format!("sns:{action}"), fields.get("TopicArn").cloned().unwrap_or_else(|| "*".to_owned()))]
        }
        None => vec![],
    }
}

/// Stands in front of SES, SNS, KMS and the management of live connections.
pub(crate) async fn guard(State(roles): State<Roles>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let needs = other(parts.method.as_str(), parts.uri.path(), target, &body);
    match roles.refusal(function(&parts.headers), &needs) {
        Some(message) => denied(StatusCode::FORBIDDEN, &message),
        None => next.run(Request::from_parts(parts, Body::from(body))).await,
    }
}

/// The refusal in the form that all SDKs read.
pub(crate) fn denied(status: StatusCode, message: &str) -> Response {
    let kind = "AccessDeniedException";
    let body = Bytes::from(json!({ "__type": kind, "message": message }).to_string());
    (status, [("x-amzn-errortype", kind), ("content-type", "application/x-amz-json-1.0")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    fn policies() -> BTreeMap<String, Policy> {
        let functions = Template::embedded().unwrap().functions;
        functions.into_iter().map(|(name, function)| (name, function.policy)).collect()
    }

    fn allowed(function: &str, needs: &[Need]) -> bool {
        Roles::new(policies()).refusal(function, needs).is_none()
    }

    #[test]
    fn the_user_agent_names_the_function() {
        let headers = |name: &'static str, agent: &'static str| {
            HeaderMap::from_iter([(http::HeaderName::from_static(name), http::HeaderValue::from_static(agent))])
        };
        assert_eq!(function(&headers("x-amz-user-agent", "aws-sdk-rust/1.3 app/session-end lang/rust")), "session-end");
        assert_eq!(function(&headers("user-agent", "curl/8")), "unknown");
    }

    #[test]
    fn stars_stand_for_any_text() {
        assert!(matches("arn:*:table/A", "arn:aws:table/A"));
        assert!(matches("a/*/b*", "a/1/2/b"));
        assert!(!matches("a/*/b", "a/1/2/c"));
        assert!(!matches("arn:aws:table/A", "arn:aws:table/A/index/x"));
    }

    #[test]
    fn a_request_needs_what_its_parts_need() {
        let request = json!({"TransactItems": [
            {"Update": {"TableName": "A"}}, {"Put": {"TableName": "B"}}, {"ConditionCheck": {"TableName": "A"}}
        ]});
        let needs = dynamodb("TransactWriteItems", &request);
        let actions: Vec<_> = needs.iter().map(|need| need.action.as_str()).collect();
        assert_eq!(actions, ["dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"]);
        assert_eq!(needs[1].resource, table_arn("B"));
        let needs = dynamodb("BatchGetItem", &json!({"RequestItems": {"A": {}, "B": {}}}));
        assert_eq!(needs.len(), 2);
        let needs = dynamodb(
            "Query",
            &json!({"TableName": "A", "IndexName": "due",
            "KeyConditionExpression": "#shard = :shard AND due_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": "1"}, ":shard": {"S": "access#3"}}}),
        );
        assert_eq!(needs[0].resource, format!("{}/index/due", table_arn("A")));
        assert_eq!(needs[0].leading_keys, ["access#3"]);
        let needs = dynamodb(
            "BatchGetItem",
            &json!({"RequestItems": {"A": {"Keys": [
            {"pk": {"S": "S#x"}, "sk": {"S": "S"}}, {"pk": {"S": "CONF"}, "sk": {"S": "SYSTEM"}}]}}}),
        );
        assert_eq!(needs[0].leading_keys, ["S#x", "CONF"]);
    }

    fn reads(partitions: &[&str]) -> Vec<Need> {
        let keys: Vec<_> = partitions.iter().map(|pk| json!({"pk": {"S": pk}, "sk": {"S": "x"}})).collect();
        dynamodb("BatchGetItem", &json!({"RequestItems": {"CoreTable": {"Keys": keys}}}))
    }

    #[test]
    fn credentials_are_for_signing_in_and_a_room_sees_no_staff() {
        for (function, policy) in policies() {
            let may = |partition: &str| reads(&[partition]).iter().all(|need| policy.allows(need));
            // A start and a transfer may name whose the session is to be by their address, and a key whose it is; an invitation looks whether it is
            // free.
            let by_address = ["agent-auth", "session-start", "session-renew", "people", "keys"];
            assert_eq!(may("EMAIL#x"), by_address.contains(&function.as_str()), "{function}");
            assert_eq!(may("SETUP"), function == "agent-auth", "{function}");
            let for_customers = function.starts_with("customer-");
            assert!(!for_customers || !(may("A#x") || may("K#x") || may("I#x") || may("HOOKS")), "{function}");
            // Pages and live connections are not for programs, and repeat no answers.
            let shows = ["agent-console", "live-connect"].contains(&function.as_str());
            assert!(!shows || !(may("K#x") || may("I#x")), "{function}");
            // What is new for somebody is shown by the console alone, and whoever serves settings or libraries opens no session.
            assert_eq!(may("U#x"), function == "agent-console", "{function}");
            let about_no_session =
                ["agent-auth", "admin-console", "first-steps", "settings", "people", "keys", "library"];
            assert!(!about_no_session.contains(&function.as_str()) || !may("S#x"), "{function}");
            let unknown = dynamodb("BatchGetItem", &json!({"RequestItems": {"CoreTable": {}}}));
            assert!(!unknown.iter().all(|need| policy.allows(need)), "{function} reads items without a key");
        }
        // One that it may not read is enough.
        assert!(
            allowed("customer-room", &reads(&["S#x", "CONF"])) && !allowed("customer-room", &reads(&["S#x", "A#x"]))
        );
    }

    #[test]
    fn who_mails_staff_notes_of_the_list_of_people_that_a_mail_did_not_arrive_and_nothing_else() {
        let update = |attribute: &str| {
            let key = json!({"pk": {"S": "STAFF"}, "sk": {"S": "P#x"}});
            let names = json!({"#one": attribute});
            dynamodb("UpdateItem", &json!({"TableName": "CoreTable", "Key": key, "ExpressionAttributeNames": names}))
        };
        for function in ["deliver", "retry-deliveries"] {
            assert!(allowed(function, &update("undelivered")), "{function}");
            for other in ["doc", "version"] {
                assert!(!allowed(function, &update(other)), "{function} {other}");
            }
            let all = json!({"TableName": "CoreTable", "Key": {"pk": {"S": "STAFF"}, "sk": {"S": "P#x"}},
                "ExpressionAttributeNames": {"#one": "undelivered"}, "ReturnValues": "ALL_NEW"});
            assert!(!allowed(function, &dynamodb("UpdateItem", &all)), "{function} reads the entry");
        }
    }

    #[test]
    fn staff_and_teams_are_made_by_few_and_keys_by_the_first_admin_only() {
        let put = |pk: &str| dynamodb("PutItem", &json!({"TableName": "CoreTable", "Item": {"pk": {"S": pk}}}));
        for (function, policy) in policies() {
            let may = |pk: &str| put(pk).iter().all(|need| policy.allows(need));
            let makes_staff = ["agent-auth", "people"].contains(&function.as_str());
            assert_eq!(may("A#x") || may("EMAIL#x") || may("STAFF"), makes_staff, "{function}");
            assert_eq!(may("K#x"), ["agent-auth", "keys"].contains(&function.as_str()), "{function}");
            let saves = ["settings", "admin-console"].contains(&function.as_str());
            assert_eq!(may("CONF"), saves, "{function}");
            assert_eq!(may("CONF#x"), makes_staff || saves, "{function}");
            // Mails to staff are sent by those who can write nothing else of them.
            let sends = ["deliver", "retry-deliveries"].contains(&function.as_str());
            assert_eq!(may("M#x"), makes_staff || sends, "{function}");
        }
    }

    #[test]
    fn who_shows_does_not_write_and_who_serves_files_asks_nobody() {
        let read = reads(&["S#x", "CONF", "A#x"]);
        let write = dynamodb("PutItem", &json!({"TableName": "CoreTable", "Item": {"pk": {"S": "S#x"}}}));
        for shows in ["agent-console", "session-read"] {
            assert!(allowed(shows, &read) && !allowed(shows, &write), "{shows}");
        }
        assert!(!allowed("static-files", &read));
        assert!(allowed("somebody's test", &write));
    }

    #[test]
    fn each_index_and_table_is_a_permission_of_its_own() {
        let asks = |index: &str, partition: &str| {
            dynamodb(
                "Query",
                &json!({"TableName": "CoreTable", "IndexName": index,
                "KeyConditionExpression": "partition = :partition AND at < :now",
                "ExpressionAttributeValues": {":partition": {"S": partition}, ":now": {"N": "1"}}}),
            )
        };
        let (due, list) = (asks("due", "access#3"), asks("by_team", "t#1"));
        assert!(allowed("sweep-access", &due) && !allowed("sweep-access", &list));
        assert!(allowed("session-read", &list) && !allowed("session-read", &due));
        assert!(!allowed("sweep-inactivity", &due) && !allowed("retry-deliveries", &due));
        assert!(
            allowed("session-read", &asks("by_all", "ALL#1")) && !allowed("session-read", &asks("by_all", "W#e#1"))
        );
        assert!(allowed("webhooks", &asks("by_all", "W#e#1")) && !allowed("webhooks", &asks("by_all", "ALL#1")));
        let put = json!({"TableName": "ConnectionsTable", "Item": {"pk": {"S": "C#x"}}});
        let connections = dynamodb("PutItem", &put);
        assert!(allowed("live-connect", &connections) && !allowed("session-end", &connections));
    }

    #[test]
    fn who_speaks_to_strangers_writes_to_lanes_and_endpoints_only() {
        let write = |pk: &str| {
            let item = json!({"TableName": "CoreTable", "Item": {"pk": {"S": pk}}});
            [dynamodb("PutItem", &item), dynamodb("TransactWriteItems", &json!({"TransactItems": [{"Put": item}]}))]
                .concat()
        };
        for function in ["deliver-webhooks", "retry-webhooks"] {
            assert!(allowed(function, &write("HOOKS")) && allowed(function, &write("H#e#s")), "{function}");
            for pk in ["S#x", "CONF", "A#x", "I#x", "HOOKS2"] {
                assert!(!allowed(function, &write(pk)), "{function} {pk}");
            }
            let unknown = dynamodb("PutItem", &json!({"TableName": "CoreTable"}));
            assert!(!allowed(function, &unknown), "an item without a key is none of theirs");
        }
        assert!(allowed("webhooks", &write("I#x")) && !allowed("webhooks", &write("A#x")));
        assert!(!allowed("webhooks", &write("S#x")), "it shows events and changes no session");
    }

    #[test]
    fn messages_go_from_our_own_address_and_to_no_topic() {
        let mail = |from: &str| {
            let body = json!({"FromEmailAddress": from}).to_string();
            other("POST", "/v2/email/outbound-emails", "", body.as_bytes())
        };
        assert!(allowed("deliver", &mail("\"Acme\" <hello@parlor.example>")));
        assert!(!allowed("deliver", &mail("boss@parlor.example")));
        assert!(!allowed("session-start", &mail("hello@parlor.example")));
        assert!(allowed("retry-deliveries", &other("POST", "/", "", b"Action=Publish&PhoneNumber=%2B1")));
        let topic = b"Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A000000000000%3Aalarms";
        assert!(!allowed("retry-deliveries", &other("POST", "/", "", topic)));
    }

    #[test]
    fn rooms_are_posted_to_and_connections_ended_but_not_looked_at() {
        let connection = |method: &str| other(method, "/live/@connections/abc", "", b"");
        assert!(allowed("session-end", &connection("POST")) && allowed("session-end", &connection("DELETE")));
        assert!(!allowed("session-end", &connection("GET")));
        assert!(!allowed("agent-console", &connection("POST")));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let resolve = |value: &Value| value.as_str().map(str::to_owned);
        for policies in [
            json!([{"DynamoDBCrudPolicy": {"TableName": "A"}}]),
            json!([{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}]),
            json!([{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": {"StringLike": {"a": "b"}}}]}]),
        ] {
            let properties = json!({"Policies": policies});
            assert!(Policy::of(&properties, &Map::new(), &resolve).is_err(), "{properties}");
        }
    }
}
