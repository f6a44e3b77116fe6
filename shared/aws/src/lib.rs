//! The operations of AWS that people wait for, sent by the SDK's orchestrator with no more around them than Parlor uses.
//!
//! A client of the SDK puts each request together anew: a dozen layers of configuration, some fifteen interceptors that are
//! asked nineteen times whether they have something to do, most of them to count or to measure. Here an operation is put
//! together once, of the SDK's own parts: its serializers and parsers, errors, retries, timeouts. What that saves, and what
//! is left out, stands in `docs/adr/0013-operations-put-together-once.md`.

use std::fmt::{Debug, Formatter};
use std::marker::PhantomData;
use std::sync::Arc;

use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_sdk_apigatewaymanagement::operation::post_to_connection::{
    PostToConnection, PostToConnectionError, PostToConnectionInput, PostToConnectionOutput,
};
use aws_sdk_dynamodb::operation::batch_get_item::{
    BatchGetItem, BatchGetItemError, BatchGetItemInput, BatchGetItemOutput,
};
use aws_sdk_dynamodb::operation::query::{Query, QueryError, QueryInput, QueryOutput};
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItems, TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_smithy_runtime::client::defaults::{
    default_retry_config_plugin, default_sleep_impl_plugin, default_time_source_plugin,
};
use aws_smithy_runtime::client::orchestrator;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, ModeledAsRetryableClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::client::interceptors::context::Input;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::{
    RuntimePlugin, RuntimePlugins, SharedRuntimePlugin, StaticRuntimePlugin,
};
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use aws_smithy_types::retry::ProvideErrorKind;

/// An operation of a service, as the SDK models it.
pub trait Modeled: RuntimePlugin + Default {
    /// What is asked.
    type Input: Debug + Send + Sync + 'static;
    /// What is answered.
    type Output: Debug + Send + Sync + 'static;
    /// How it is refused.
    type Error: std::error::Error + ProvideErrorKind + ProvideErrorMetadata + Send + Sync + 'static;
    /// The service's name, and the operation's.
    const NAME: (&'static str, &'static str);

    /// Gives the input a token by which AWS knows a repetition, where the operation has one and nobody gave it.
    fn identify(_: &mut Self::Input, _: impl FnOnce() -> String) {}
}

impl Modeled for BatchGetItem {
    type Input = BatchGetItemInput;
    type Output = BatchGetItemOutput;
    type Error = BatchGetItemError;
    const NAME: (&'static str, &'static str) = ("DynamoDB", "BatchGetItem");
}

impl Modeled for Query {
    type Input = QueryInput;
    type Output = QueryOutput;
    type Error = QueryError;
    const NAME: (&'static str, &'static str) = ("DynamoDB", "Query");
}

impl Modeled for TransactWriteItems {
    type Input = TransactWriteItemsInput;
    type Output = TransactWriteItemsOutput;
    type Error = TransactWriteItemsError;
    const NAME: (&'static str, &'static str) = ("DynamoDB", "TransactWriteItems");

    fn identify(input: &mut Self::Input, token: impl FnOnce() -> String) {
        input.client_request_token.get_or_insert_with(token);
    }
}

impl Modeled for PostToConnection {
    type Input = PostToConnectionInput;
    type Output = PostToConnectionOutput;
    type Error = PostToConnectionError;
    const NAME: (&'static str, &'static str) = ("ApiGatewayManagementApi", "PostToConnection");
}

/// Makes a token that no other request has: at most 36 characters.
type Tokens = Arc<dyn Fn() -> String + Send + Sync>;

/// A service of AWS: where it is, who asks, how often and for how long.
#[derive(Clone)]
pub struct Service {
    plugin: SharedRuntimePlugin,
    tokens: Tokens,
}

impl Service {
    /// Of a configuration, retries and timeouts included, and of components as the SDK's clients have them. Whoever shares a
    /// `partition`, the service's client included, shares its quota of retries, so that an outage does not multiply them.
    pub fn new(
        name: &'static str,
        partition: String,
        mut config: Layer,
        components: RuntimeComponentsBuilder,
        tokens: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        config.store_put(RetryPartition::new(partition.clone()));
        let defaults =
            [default_retry_config_plugin(partition), default_sleep_impl_plugin(), default_time_source_plugin()];
        let components = defaults
            .into_iter()
            .flatten()
            .fold(RuntimeComponentsBuilder::new(name), |all, plugin| {
                let part = plugin.runtime_components(&all).into_owned();
                all.merge_from(&part)
            })
            .merge_from(&components)
            .with_retry_classifier(HttpStatusCodeClassifier::default());
        let plugin = StaticRuntimePlugin::new().with_config(config.freeze()).with_runtime_components(components);
        Self { plugin: SharedRuntimePlugin::new(plugin), tokens: Arc::new(tokens) }
    }

    /// One of its operations.
    pub fn operation<O: Modeled>(&self) -> Operation<O> {
        let components = RuntimeComponentsBuilder::new(O::NAME.1)
            .with_retry_classifier(TransientErrorClassifier::<O::Error>::new())
            .with_retry_classifier(ModeledAsRetryableClassifier::<O::Error>::new())
            .with_retry_classifier(AwsErrorCodeClassifier::<O::Error>::new());
        let mut plugin = StaticRuntimePlugin::new().with_runtime_components(components);
        if let Some(config) = O::default().config() {
            plugin = plugin.with_config(config);
        }
        let plugins = RuntimePlugins::new().with_client_plugin(self.plugin.clone()).with_operation_plugin(plugin);
        Operation { plugins, tokens: Arc::clone(&self.tokens), of: PhantomData }
    }
}

impl Debug for Service {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// An operation, put together. Cheap to clone.
pub struct Operation<O> {
    plugins: RuntimePlugins,
    tokens: Tokens,
    of: PhantomData<fn() -> O>,
}

impl<O: Modeled> Operation<O> {
    /// Sends what was built. One request, or up to three where the SDK's standard retries find that trying again may help.
    pub async fn send(
        &self,
        input: Result<O::Input, BuildError>,
    ) -> Result<O::Output, SdkError<O::Error, HttpResponse>> {
        let mut input = input.map_err(SdkError::construction_failure)?;
        O::identify(&mut input, &*self.tokens);
        let (service, operation) = O::NAME;
        let answer = orchestrator::invoke(service, operation, Input::erase(input), &self.plugins).await;
        #[allow(clippy::expect_used, reason = "the parser is the one that the operation came with")]
        match answer {
            Ok(output) => Ok(output.downcast().expect("an operation's output is of its type")),
            Err(error) => Err(error.map_service_error(|error| error.downcast().expect("and so is its error"))),
        }
    }
}

impl<O> Clone for Operation<O> {
    fn clone(&self) -> Self {
        Self { plugins: self.plugins.clone(), tokens: Arc::clone(&self.tokens), of: PhantomData }
    }
}

impl<O: Modeled> Debug for Operation<O> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Operation").field(&O::NAME.1).finish()
    }
}

/// DynamoDB: the SDK's client, and what a customer, an agent or a frame waits for put together once.
#[derive(Debug, Clone)]
pub struct DynamoDb {
    /// For everything else.
    pub client: aws_sdk_dynamodb::Client,
    /// Up to a hundred items by their keys.
    pub batch_get_item: Operation<BatchGetItem>,
    /// A stretch of a partition.
    pub query: Operation<Query>,
    /// Up to a hundred writes, or none of them.
    pub transact_write_items: Operation<TransactWriteItems>,
}

impl DynamoDb {
    /// Of the same service in both ways.
    pub fn new(client: aws_sdk_dynamodb::Client, service: &Service) -> Self {
        Self {
            client,
            batch_get_item: service.operation(),
            query: service.operation(),
            transact_write_items: service.operation(),
        }
    }
}

/// The management side of live connections: the SDK's client, and posting put together once.
#[derive(Debug, Clone)]
pub struct Connections {
    /// For everything else.
    pub client: aws_sdk_apigatewaymanagement::Client,
    /// A frame to one connection.
    pub post_to_connection: Operation<PostToConnection>,
}

impl Connections {
    /// Of the same service in both ways.
    pub fn new(client: aws_sdk_apigatewaymanagement::Client, service: &Service) -> Self {
        Self { client, post_to_connection: service.operation() }
    }
}
