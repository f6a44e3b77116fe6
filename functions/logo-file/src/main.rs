//! Starts the function: everything is built here, in init, and nothing per request.

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_http::<parlor_web::Router<logo_file::LogoFile>>().await
}
