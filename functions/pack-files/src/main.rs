//! Starts the function `pack-files`.

use pack_files::PackFiles;

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), lambda_runtime::Error> {
    parlor_runtime::run_event::<PackFiles>().await
}
