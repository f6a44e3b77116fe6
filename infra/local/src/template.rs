//! Reads `infra/template.yaml`, the description of what is deployed, so that nothing is described twice.
//!
//! Understood is what the template uses: functions with their schedules, stream mappings and rules about objects, HTTP routes,
//! WebSocket routes, tables, the bucket, the key that signs, the environment in `Globals` and in functions, what their roles allow, and loops around resources. Anything else in it has no meaning on one machine.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::files::Rule;
use crate::policy::{self, ACCOUNT, Policy, REGION};
use crate::template_error::TemplateError;

/// The template that this program was built with.
pub const EMBEDDED: &str = include_str!("../../template.yaml");

/// The path of the route that takes what no other one does.
pub(crate) const DEFAULT_ROUTE: &str = "$default";

/// Where the API's body has how functions are called, each under the function's logical id.
const INTEGRATIONS: &str = "#/components/x-amazon-apigateway-integrations/";

/// What the API's body calls a route that takes every method.
const ANY_METHOD: &str = "x-amazon-apigateway-any-method";

/// What the one-machine stack takes from the template.
#[derive(Debug, Clone)]
pub struct Template {
    /// The variables that every function has.
    pub environment: Variables,
    /// Every function, by its package's name.
    pub functions: BTreeMap<String, Function>,
    /// Every route of the HTTP API.
    pub routes: Vec<Route>,
    /// Route key (`$connect`, `$disconnect`, `$default`) to function.
    pub live_routes: BTreeMap<String, String>,
    pub schedules: Vec<Schedule>,
    /// Every mapping of a table's stream to a function.
    pub streams: Vec<StreamMapping>,
    /// Every table, by its logical id, as the arguments of `CreateTable` plus the name of its TTL attribute.
    pub tables: Vec<Table>,
    pub(crate) buckets: Vec<Bucket>,
    /// Keys of KMS, by their logical ids, which are also their ids here.
    pub(crate) keys: Vec<String>,
    /// Every rule by which a function hears of objects.
    pub object_rules: Vec<ObjectRule>,
}

/// A bucket of S3.
#[derive(Debug, Clone)]
pub(crate) struct Bucket {
    /// Its logical id in small letters, as names of buckets are.
    pub(crate) name: String,
    /// Which pages may ask it.
    pub(crate) cors: Vec<Rule>,
}

/// A function that hears of objects.
#[derive(Debug, Clone)]
pub struct ObjectRule {
    pub function: String,
    /// What of S3's event has to match.
    pub(crate) pattern: Value,
    /// How often an event that failed is tried again.
    pub(crate) retries: u64,
}

/// Environment variables with everything resolved that can be, and `None` for what only AWS can know.
pub type Variables = BTreeMap<String, Option<String>>;

/// One Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its own variables and those that every function has.
    pub environment: Variables,
    /// How long an invocation may take, in seconds.
    pub timeout: u64,
    /// Whether it has a URL of its own.
    pub url: bool,
    /// What its role allows.
    pub(crate) policy: Policy,
}

/// One route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `GET`, `POST`, … or `ANY`.
    pub method: String,
    /// `/s/{token}/pin`.
    pub path: String,
    pub function: String,
}

/// A function that is called every so often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub function: String,
    /// The period in seconds.
    pub every: u64,
}

/// A function that hears of changes in a table.
#[derive(Debug, Clone)]
pub struct StreamMapping {
    pub function: String,
    /// The table's logical id.
    pub table: String,
    /// The most records in one call.
    pub batch_size: usize,
    /// How often a batch that failed is tried again.
    pub retries: u32,
    /// Event patterns, one of which a record has to match. None: every record does.
    pub filters: Vec<Value>,
}

#[derive(Debug, Clone)]
pub struct Table {
    /// Its logical id, which is also its name on one machine.
    pub name: String,
    /// The arguments of `CreateTable`.
    pub create: Value,
    /// The attribute that says when an item expires.
    pub ttl: Option<String>,
}

impl Template {
    /// Parlor's own, with made-up values where a deployment has its own: for whoever asks what there is, not where.
    pub fn embedded() -> Result<Self, TemplateError> {
        let known = [
            ("PublicUrl", "http://localhost:1"),
            ("MailFrom", "hello@parlor.example"),
            ("AWS::Region", REGION),
            ("AWS::Partition", "aws"),
            ("AWS::AccountId", ACCOUNT),
        ];
        Self::parse(EMBEDDED, &known.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    /// Reads `yaml`. `known` gives the values of parameters, pseudo parameters and other names that `!Ref` and `!Sub` may
    /// use; tables are known by themselves.
    pub fn parse(yaml: &str, known: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let document = long_form(serde_yaml_ng::from_str(yaml)?);
        let resources = &without_loops(object(&document["Resources"], "Resources")?)?;
        let mut known = known.clone();
        for (name, parameter) in document["Parameters"].as_object().into_iter().flatten() {
            if let Some(default) = parameter["Default"].as_str() {
                known.entry(name.clone()).or_insert_with(|| default.to_owned());
            }
        }

        let mut template = Self {
            environment: Variables::new(),
            functions: BTreeMap::new(),
            routes: Vec::new(),
            live_routes: BTreeMap::new(),
            schedules: Vec::new(),
            streams: Vec::new(),
            tables: Vec::new(),
            buckets: Vec::new(),
            keys: Vec::new(),
            object_rules: Vec::new(),
        };
        for (id, resource) in resources {
            if resource["Type"] == "AWS::DynamoDB::Table" {
                template.tables.push(table(id, &resource["Properties"])?);
                known.insert(id.clone(), id.clone());
            } else if resource["Type"] == "AWS::S3::Bucket" {
                let rules = resource["Properties"]["CorsConfiguration"]["CorsRules"].as_array();
                let rules = rules.into_iter().flatten();
                let cors =
                    rules.map(|rule| Rule::read(rule, &|value| resolve(value, &|name| known.get(name).cloned())));
                let bucket = Bucket { name: id.to_lowercase(), cors: cors.collect() };
                known.insert(id.clone(), bucket.name.clone());
                template.buckets.push(bucket);
            } else if resource["Type"] == "AWS::KMS::Key" {
                template.keys.push(id.clone());
                known.insert(id.clone(), id.clone());
            }
        }
        let globals = &document["Globals"]["Function"];
        template.environment = variables(globals, &known);
        for (id, resource) in resources {
            if resource["Type"] == "AWS::Serverless::Function" {
                template.function(id, resource, resources, globals, &known)?;
            }
        }
        for resource in resources.values() {
            if resource["Type"] == "AWS::Serverless::HttpApi" {
                template.http_routes(resource, resources)?;
            }
            if resource["Type"] == "AWS::Serverless::WebSocketApi" {
                template.live_routes(resource, resources)?;
            }
        }
        Ok(template)
    }

    fn function(
        &mut self,
        id: &str,
        resource: &Value,
        resources: &Map<String, Value>,
        globals: &Value,
        known: &BTreeMap<String, String>,
    ) -> Result<(), TemplateError> {
        let name = function_name(id, resource)?;
        let properties = &resource["Properties"];
        let mut environment = self.environment.clone();
        environment.extend(variables(properties, known));
        for (event_id, event) in properties["Events"].as_object().into_iter().flatten() {
            let details = &event["Properties"];
            let place = format!("{id}.{event_id}");
            match event["Type"].as_str() {
                Some("ScheduleV2") => self.schedules.push(Schedule {
                    function: name.clone(),
                    every: rate(&string(&details["ScheduleExpression"], &format!("{place}.ScheduleExpression"))?)?,
                }),
                Some("EventBridgeRule") => self.object_rules.push(ObjectRule {
                    function: name.clone(),
                    pattern: resolved(&details["Pattern"], known, &place)?,
                    // Lambda's own, unless it is told otherwise.
                    retries: properties["EventInvokeConfig"]["MaximumRetryAttempts"].as_u64().unwrap_or(2),
                }),
                Some("DynamoDB") => self.streams.push(stream(&name, &place, details)?),
                other => {
                    let kind = other.unwrap_or("no type");
                    return Err(TemplateError::Unknown(format!("{kind} ({place})")));
                }
            }
        }
        let timeout = properties["Timeout"].as_u64().or(globals["Timeout"].as_u64()).unwrap_or(3);
        let policy = Policy::of(properties, resources, &|value| resolve(value, &|name| self.arn(name, known)))?;
        // As in a deployment that does not say no to them.
        let url = resources.values().any(|resource| {
            resource["Type"] == "AWS::Lambda::Url"
                && resource["Properties"]["TargetFunctionArn"]["Ref"].as_str().and_then(aliased) == Some(id)
        });
        self.functions.insert(name, Function { environment, timeout, url, policy });
        Ok(())
    }

    /// What a name means in a policy: there the ARN of a table, a bucket and a key is known, and every other resource goes by its logical id.
    fn arn(&self, name: &str, known: &BTreeMap<String, String>) -> Option<String> {
        if let Some(value) = known.get(name) {
            return Some(value.clone());
        }
        if let Some(id) = name.strip_suffix(".Arn") {
            if self.tables.iter().any(|table| table.name == id) {
                return Some(policy::table_arn(id));
            }
            if self.keys.iter().any(|key| key == id) {
                return Some(policy::key_arn(id));
            }
            if let Some(bucket) = self.buckets.iter().find(|bucket| bucket.name == id.to_lowercase()) {
                return Some(format!("arn:aws:s3:::{}", bucket.name));
            }
        }
        (!name.contains("::")).then(|| name.to_owned())
    }

    /// Reads the OpenAPI body of the HTTP API, whose operations name the function that answers by how it is called.
    fn http_routes(&mut self, api: &Value, resources: &Map<String, Value>) -> Result<(), TemplateError> {
        for (path, operations) in object(&api["Properties"]["DefinitionBody"]["paths"], "paths")? {
            for (method, operation) in object(operations, path)? {
                let lacking = || TemplateError::Missing(format!("what the route {method} {path} leads to"));
                let called = operation["x-amazon-apigateway-integration"]["$ref"].as_str().ok_or_else(lacking)?;
                let id = called.strip_prefix(INTEGRATIONS).ok_or_else(lacking)?;
                let function = function_name(id, resources.get(id).ok_or_else(lacking)?)?;
                let method = if method == ANY_METHOD { "ANY".to_owned() } else { method.to_uppercase() };
                let path = path.strip_prefix('/').filter(|key| *key == DEFAULT_ROUTE).unwrap_or(path).to_owned();
                self.routes.push(Route { method, path, function });
            }
        }
        Ok(())
    }

    /// Follows a WebSocket route to its integration and from there to the function.
    fn live_routes(&mut self, api: &Value, resources: &Map<String, Value>) -> Result<(), TemplateError> {
        for (key, route) in object(&api["Properties"]["Routes"], "Routes")? {
            let lacking = || TemplateError::Missing(format!("what the route {key} leads to"));
            let id = route["FunctionArn"]["Ref"].as_str().and_then(aliased).ok_or_else(lacking)?;
            let function = function_name(id, resources.get(id).ok_or_else(lacking)?)?;
            self.live_routes.insert(key.clone(), function);
        }
        Ok(())
    }
}

/// Turns YAML into JSON and the short `!Ref x` into the long `{"Ref": x}`.
fn long_form(value: serde_yaml_ng::Value) -> Value {
    use serde_yaml_ng::Value as Yaml;
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::Number(number) => {
            number.as_i64().map(Value::from).or_else(|| number.as_f64().map(Value::from)).unwrap_or(Value::Null)
        }
        Yaml::String(text) => text.into(),
        Yaml::Sequence(items) => items.into_iter().map(long_form).collect(),
        Yaml::Mapping(entries) => entries
            .into_iter()
            .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), long_form(value))))
            .collect::<Map<_, _>>()
            .into(),
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = tag.trim_start_matches('!');
            let value = long_form(tagged.value);
            match name {
                "Ref" | "Condition" => json!({ name: value }),
                "GetAtt" => match value.as_str().and_then(|text| text.split_once('.')) {
                    Some((id, attribute)) => json!({ "Fn::GetAtt": [id, attribute] }),
                    None => json!({ "Fn::GetAtt": value }),
                },
                _ => json!({ format!("Fn::{name}"): value }),
            }
        }
    }
}

/// The resources with every `Fn::ForEach` replaced by what it stands for.
fn without_loops(resources: &Map<String, Value>) -> Result<Map<String, Value>, TemplateError> {
    let mut expanded = Map::new();
    for (key, value) in resources {
        if !key.starts_with("Fn::ForEach::") {
            expanded.insert(key.clone(), value.clone());
            continue;
        }
        let lacking = || TemplateError::Missing(format!("a variable, words and resources in {key}"));
        let variable = format!("${{{}}}", value[0].as_str().ok_or_else(lacking)?);
        let body = value[2].as_object().ok_or_else(lacking)?;
        for word in value[1].as_array().ok_or_else(lacking)? {
            let word = word.as_str().ok_or_else(lacking)?;
            for (id, resource) in body {
                expanded.insert(id.replace(&variable, word), with_word(resource, &variable, word));
            }
        }
    }
    Ok(expanded)
}

/// A loop's resource for one of its words.
fn with_word(value: &Value, variable: &str, word: &str) -> Value {
    let inside = |value: &Value| with_word(value, variable, word);
    match value {
        Value::String(text) => text.replace(variable, word).into(),
        Value::Array(items) => items.iter().map(inside).collect(),
        // `{"Ref": {"Fn::Sub": "${Function}Logs"}}` names a resource only once the loop is gone.
        Value::Object(entries) => match entries.get("Ref").and_then(|name| name.get("Fn::Sub")) {
            Some(name) => json!({ "Ref": inside(name) }),
            None => entries.iter().map(|(key, value)| (key.clone(), inside(value))).collect::<Map<_, _>>().into(),
        },
        other => other.clone(),
    }
}

/// A pattern of events with its references resolved.
fn resolved(pattern: &Value, known: &BTreeMap<String, String>, place: &str) -> Result<Value, TemplateError> {
    let inside = |value: &Value| resolved(value, known, place);
    match pattern {
        Value::Array(items) => items.iter().map(inside).collect(),
        Value::Object(entries) if entries.contains_key("Ref") => {
            let text = resolve(pattern, &|name| known.get(name).cloned());
            text.map(Value::from).ok_or_else(|| TemplateError::Missing(format!("what {place} refers to")))
        }
        Value::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| Ok((key.clone(), inside(value)?)));
            Ok(Value::Object(entries.collect::<Result<_, TemplateError>>()?))
        }
        other => Ok(other.clone()),
    }
}

fn variables(function: &Value, known: &BTreeMap<String, String>) -> Variables {
    let variables = function["Environment"]["Variables"].as_object();
    variables
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), resolve(value, &|name| known.get(name).cloned())))
        .collect()
}

/// The value of a string, `Ref`, `Fn::GetAtt` or `Fn::Sub`; nothing when it needs a name that `lookup` does not know.
fn resolve(value: &Value, lookup: &impl Fn(&str) -> Option<String>) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Object(object) => {
            if let Some(name) = object.get("Ref").and_then(Value::as_str) {
                return lookup(name);
            }
            if let Some(place) = object.get("Fn::GetAtt") {
                return lookup(&format!("{}.{}", place[0].as_str()?, place[1].as_str()?));
            }
            substitute(object.get("Fn::Sub")?.as_str()?, lookup)
        }
        _ => None,
    }
}

fn substitute(text: &str, lookup: &impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}')?;
        result.push_str(before);
        result.push_str(&lookup(name)?);
        rest = after;
    }
    result.push_str(rest);
    Some(result)
}

/// The function whose alias this logical id is: SAM makes it of the function's and the alias's name.
fn aliased(id: &str) -> Option<&str> {
    id.strip_suffix("Aliaslive")
}

/// `SessionEnd`, whose binary is `session-end`, is `session-end`.
fn function_name(id: &str, resource: &Value) -> Result<String, TemplateError> {
    string(&resource["Metadata"]["BuildProperties"]["Binary"], &format!("{id}.Metadata.BuildProperties.Binary"))
}

fn stream(function: &str, place: &str, details: &Value) -> Result<StreamMapping, TemplateError> {
    let filters = details["FilterCriteria"]["Filters"].as_array();
    let mut patterns = Vec::new();
    for filter in filters.into_iter().flatten() {
        let text = string(&filter["Pattern"], &format!("{place}.Pattern"))?;
        let pattern = serde_json::from_str(&text)
            .map_err(|error| TemplateError::Unknown(format!("the pattern {text} ({error})")))?;
        patterns.push(pattern);
    }
    Ok(StreamMapping {
        function: function.to_owned(),
        table: string(&details["Stream"]["Fn::GetAtt"][0], &format!("{place}.Stream"))?,
        batch_size: details["BatchSize"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100),
        retries: details["MaximumRetryAttempts"]
            .as_u64()
            .and_then(|retries| u32::try_from(retries).ok())
            .unwrap_or(u32::MAX),
        filters: patterns,
    })
}

fn table(id: &str, properties: &Value) -> Result<Table, TemplateError> {
    let mut create = object(properties, &format!("{id}.Properties"))?.clone();
    let ttl = create.remove("TimeToLiveSpecification").and_then(|ttl| ttl["AttributeName"].as_str().map(str::to_owned));
    // What follows are calls of their own, or change nothing that a caller can see.
    create.remove("PointInTimeRecoverySpecification");
    create.remove("DeletionProtectionEnabled");
    if let Some(Value::Object(stream)) = create.get_mut("StreamSpecification") {
        stream.insert("StreamEnabled".to_owned(), true.into());
    }
    create.insert("TableName".to_owned(), id.into());
    Ok(Table { name: id.to_owned(), create: create.into(), ttl })
}

/// `rate(5 minutes)` in seconds.
fn rate(expression: &str) -> Result<u64, TemplateError> {
    let unknown = || TemplateError::Unknown(format!("the schedule {expression}"));
    let (number, unit) = expression
        .strip_prefix("rate(")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once(' '))
        .ok_or_else(unknown)?;
    let unit = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3600,
        "day" => 86400,
        _ => return Err(unknown()),
    };
    Ok(number.parse::<u64>().map_err(|_| unknown())? * unit)
}

fn object<'a>(value: &'a Value, place: &str) -> Result<&'a Map<String, Value>, TemplateError> {
    value.as_object().ok_or_else(|| TemplateError::Missing(place.to_owned()))
}

fn string(value: &Value, place: &str) -> Result<String, TemplateError> {
    value.as_str().map(str::to_owned).ok_or_else(|| TemplateError::Missing(place.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_template_is_understood() {
        let template = Template::embedded().unwrap();
        let environment = &template.functions["session-end"].environment;
        assert_eq!(environment["PARLOR_PUBLIC_URL"].as_deref(), Some("http://localhost:1"));
        assert_eq!(environment["PARLOR_CORE_TABLE"].as_deref(), Some("CoreTable"));
        assert_eq!(environment["PARLOR_LIVE_URL"], None);
        assert_eq!(template.live_routes["$connect"], "live-connect");
        assert_eq!(template.live_routes["$disconnect"], "live-disconnect");
        assert_eq!(template.live_routes["$default"], "live-message");
        assert!(template.routes.contains(&Route {
            method: "POST".to_owned(),
            path: "/v1/sessions/{id}/end".to_owned(),
            function: "session-end".to_owned(),
        }));
        let every = |seconds| template.schedules.iter().filter(|schedule| schedule.every == seconds).count();
        assert_eq!((every(60), every(300), template.schedules.len()), (6, 1, 7));
        assert_eq!(template.streams[0].function, "deliver");
        assert_eq!(template.streams[0].table, "CoreTable");
        assert_eq!(template.streams[0].batch_size, 10);
        assert_eq!(template.streams[1].function, "deliver-webhooks");
        assert_eq!(environment["PARLOR_WEBHOOK_TARGETS"].as_deref(), Some("public"));
        assert_eq!(template.tables.len(), 2);
    }

    #[test]
    fn every_function_has_a_log_of_its_own_whose_errors_are_counted() {
        let document = long_form(serde_yaml_ng::from_str(EMBEDDED).unwrap());
        let resources = without_loops(document["Resources"].as_object().unwrap()).unwrap();
        let functions = resources.iter().filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
        for (id, function) in functions {
            let log = format!("{id}Logs");
            assert_eq!(function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"], log.as_str(), "{id}");
            assert_eq!(resources[&log]["Type"], "AWS::Logs::LogGroup", "{id}");
            let filter = &resources[&format!("{id}Errors")]["Properties"];
            assert_eq!(filter["LogGroupName"]["Ref"], log.as_str(), "{id}");
        }
    }

    #[test]
    fn a_loop_stands_for_a_resource_of_each_word() {
        let loops = json!({"Fn::ForEach::Queues": ["Letter", ["A", "B"], {
            "${Letter}Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": ["${Letter}", {"Ref": {"Fn::Sub": "${Letter}Topic"}}]}},
        }]});
        let expanded = without_loops(loops.as_object().unwrap()).unwrap();
        assert_eq!(expanded.len(), 2);
        assert_eq!(expanded["BQueue"]["Properties"]["Tags"], json!(["B", {"Ref": "BTopic"}]));
        assert!(without_loops(json!({"Fn::ForEach::Queues": ["Letter", "A"]}).as_object().unwrap()).is_err());
    }

    #[test]
    fn every_function_knows_the_front() {
        for (name, function) in Template::embedded().unwrap().functions {
            assert!(function.environment.contains_key("PARLOR_ORIGIN_SECRET"), "{name}");
        }
    }

    #[test]
    fn what_answers_programs_has_a_url_of_its_own() {
        let template = Template::embedded().unwrap();
        for (name, function) in &template.functions {
            let mut routes = template.routes.iter().filter(|route| route.function == *name);
            let for_programs = name != "static-files" && routes.any(|route| route.path.starts_with("/v1/"));
            assert_eq!(function.url, for_programs, "{name}");
        }
    }

    #[test]
    fn no_route_is_there_twice() {
        let mut keys: Vec<_> = Template::embedded()
            .unwrap()
            .routes
            .into_iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn a_schedule_that_is_no_rate_is_refused() {
        assert_eq!(rate("rate(1 minute)").unwrap(), 60);
        assert_eq!(rate("rate(2 hours)").unwrap(), 7200);
        assert!(rate("cron(0 12 * * ? *)").is_err());
    }
}
