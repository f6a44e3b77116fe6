//! What a request to AWS says about who sends it.

use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, disable_interceptor, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Nothing but a debugger shows it.
const WHY: &str = "spared, as `Spared` says";

/// Names the function, as `app/<name>`, in one header that is made once.
#[derive(Debug)]
pub(crate) struct UserAgent(String);

impl UserAgent {
    /// Of the function of that name.
    pub(crate) fn new(function: &str) -> Self {
        Self(format!("aws-sdk-rust parlor/{} app/{function}", env!("CARGO_PKG_VERSION")))
    }
}

#[dyn_dispatch_hint]
impl Intercept for UserAgent {
    fn name(&self) -> &'static str {
        "UserAgent"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.request_mut().headers_mut().insert("user-agent", self.0.clone());
        Ok(())
    }
}

/// Spares what a client of the SDK says about itself.
///
/// It makes two headers of that kind anew for every request, and counts requests and attempts in two more, for AWS's
/// statistics: a twentieth of what a request costs. Its correction of the clock goes with them: Lambda keeps the time.
#[derive(Debug)]
pub(crate) struct Spared;

#[dyn_dispatch_hint]
impl Intercept for Spared {
    fn name(&self) -> &'static str {
        "Spared"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        config
            .interceptor_state()
            .store_put(disable_interceptor::<UserAgentInterceptor>(WHY))
            .store_put(disable_interceptor::<InvocationIdInterceptor>(WHY))
            .store_put(disable_interceptor::<RequestInfoInterceptor>(WHY))
            .store_put(disable_interceptor::<ServiceClockSkewInterceptor>(WHY));
        Ok(())
    }
}
