//! A key that stays in KMS.

use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use parlor_aws::Aws;
use parlor_signing::{KeyError, SigningKey};

/// A client for KMS.
pub(crate) fn client(aws: &Aws) -> Client {
    let mut config = aws_sdk_kms::config::Builder::from(aws.config());
    for interceptor in aws.interceptors() {
        config.push_interceptor(interceptor);
    }
    Client::from_conf(config.build())
}

/// A key on the curve P-256, by its id.
#[derive(Debug)]
pub(crate) struct KmsKey {
    client: Client,
    id: String,
    public: Vec<u8>,
}

impl KmsKey {
    /// Asks for the key's public half. One request.
    /// <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html>
    pub(crate) async fn open(client: Client, id: &str) -> Result<Self, KeyError> {
        let answer = client.get_public_key().key_id(id).send().await;
        let public = answer.ok().and_then(|answer| answer.public_key).ok_or(KeyError::Refused)?;
        Ok(Self { client, id: id.to_owned(), public: public.into_inner() })
    }
}

impl SigningKey for KmsKey {
    fn public_key(&self) -> &[u8] {
        &self.public
    }

    async fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let sign = self.client.sign().key_id(&self.id).message_type(MessageType::Raw).message(Blob::new(message));
        let answer = sign.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256).send().await;
        answer.ok().and_then(|answer| answer.signature).map(Blob::into_inner).ok_or(KeyError::Refused)
    }
}
