//! Asks AWS what is not ready yet to send mails and texts, and to run many functions at once.
//!
//! Each question is one request that changes nothing, and has three seconds. What is not answered is said to be not answered,
//! with AWS's own word for why: a role without the right, an emulator without the operation.

use std::time::Duration;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;
use parlor_aws::Aws;
use parlor_runtime::Runtime;
use parlor_templates::admin::{Answer, Finding, Gap, Subject, Unasked};
use serde::Deserialize;
use tokio::time::timeout;

/// How long a question may take. The page waits for the slowest one.
const PATIENCE: Duration = Duration::from_secs(3);

/// Functions at once below which a busy hour can be too much. New accounts begin with 10, others with 1,000.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const FEW: i64 = 100;

/// What a new account may spend on texts in a month, in US dollars.
/// <https://docs.aws.amazon.com/sns/latest/dg/channels-sms-awssupport-spend-threshold.html>
const FIRST_SPEND: f64 = 1.0;

/// Whom to ask, and about what.
#[derive(Debug)]
pub(crate) struct Questions {
    aws: Aws,
    region: String,
    mail_from: String,
    sms_sender: Option<String>,
    public_url: String,
}

/// What a service says of itself, or why it says nothing.
type Said<T> = Result<T, Unasked>;

/// SES's account.
struct MailAccount {
    /// Out of the sandbox.
    production: bool,
    /// Not paused.
    sends: bool,
}

/// `GetAccountSettings` of Lambda, as far as it is read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountSettings {
    account_limit: AccountLimit,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccountLimit {
    concurrent_executions: i64,
}

/// One question, in time.
async fn within<T, E: ProvideErrorMetadata, R>(question: impl Future<Output = Result<T, SdkError<E, R>>>) -> Said<T> {
    match timeout(PATIENCE, question).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(SdkError::ServiceError(refused))) => {
            Err(Unasked::Refused(refused.err().code().unwrap_or("unknown").to_owned()))
        }
        Err(_) | Ok(Err(_)) => Err(Unasked::NoAnswer),
    }
}

impl Questions {
    /// Asks nothing yet, and builds no client.
    pub(crate) fn new(runtime: &Runtime) -> Self {
        let config = &runtime.config;
        Self {
            aws: runtime.aws.clone(),
            region: runtime.aws.config().region().map(ToString::to_string).unwrap_or_default(),
            mail_from: config.mail_from.clone(),
            sms_sender: config.sms_sender.clone(),
            public_url: config.public_url.clone(),
        }
    }

    /// All of them, side by side: about texts only where they are on.
    pub(crate) async fn ask(&self, sms: bool, now: Timestamp) -> Vec<Answer> {
        let texts = async {
            if !sms {
                return vec![];
            }
            let (sandbox, spend, sender) = tokio::join!(self.text_sandbox(), self.text_spend(), self.text_numbers());
            vec![self.of_text_account(sandbox), self.of_text_spend(spend), self.of_text_sender(sender)]
        };
        let (account, sender, texts, limit) =
            tokio::join!(self.mail_account(), self.mail_sender(), texts, self.functions_at_once(now));
        let mut answers = vec![self.of_mail_account(account), self.of_mail_sender(sender)];
        answers.extend(texts);
        answers.push(self.of_limit(limit));
        answers
    }

    async fn mail_account(&self) -> Said<MailAccount> {
        let account = within(self.aws.ses().get_account().send()).await?;
        Ok(MailAccount { production: account.production_access_enabled(), sends: account.sending_enabled() })
    }

    /// Whether the sender's address is verified, or its domain: either will do.
    async fn mail_sender(&self) -> Said<bool> {
        let ses = self.aws.ses();
        let of = async |identity: &str| match within(ses.get_email_identity().email_identity(identity).send()).await {
            Ok(identity) => Ok(identity.verified_for_sending_status()),
            Err(Unasked::Refused(code)) if code == "NotFoundException" => Ok(false),
            Err(why) => Err(why),
        };
        let domain = self.mail_from.rsplit_once('@').map_or(self.mail_from.as_str(), |(_, domain)| domain);
        match tokio::join!(of(&self.mail_from), of(domain)) {
            (Ok(true), _) | (_, Ok(true)) => Ok(true),
            (Err(why), _) | (_, Err(why)) => Err(why),
            _ => Ok(false),
        }
    }

    async fn text_sandbox(&self) -> Said<bool> {
        Ok(within(self.aws.sns().get_sms_sandbox_account_status().send()).await?.is_in_sandbox())
    }

    /// US dollars a month; nothing where SNS names no limit.
    async fn text_spend(&self) -> Said<Option<f64>> {
        let asked = self.aws.sns().get_sms_attributes().attributes("MonthlySpendLimit");
        let answer = within(asked.send()).await?;
        Ok(answer.attributes().and_then(|all| all.get("MonthlySpendLimit")).and_then(|limit| limit.parse().ok()))
    }

    /// Whether there is a sender id or a number of one's own.
    async fn text_numbers(&self) -> Said<bool> {
        if self.sms_sender.is_some() {
            return Ok(true);
        }
        Ok(!within(self.aws.sns().list_origination_numbers().send()).await?.phone_numbers().is_empty())
    }

    async fn functions_at_once(&self, now: Timestamp) -> Said<i64> {
        let answer = self.aws.get("lambda", "/2016-08-19/account-settings", now, PATIENCE).await;
        let answer = answer.map_err(|_| Unasked::NoAnswer)?;
        if answer.status != 200 {
            return Err(Unasked::Refused(answer.refusal.unwrap_or_else(|| answer.status.to_string())));
        }
        let settings: AccountSettings =
            serde_json::from_slice(&answer.body).map_err(|_| Unasked::Refused("unknown answer".to_owned()))?;
        Ok(settings.account_limit.concurrent_executions)
    }

    fn console(&self, page: &str) -> String {
        let region = &self.region;
        format!("https://{region}.console.aws.amazon.com/{page}").replacen("REGION", region, 1)
    }

    fn of_mail_account(&self, said: Said<MailAccount>) -> Answer {
        let page = self.console("ses/home?region=REGION#/account");
        let finding = match said {
            Err(why) => Finding::NotAsked(why),
            Ok(MailAccount { sends: false, .. }) => Finding::NotReady { gap: Gap::MailPaused, command: None, page },
            Ok(MailAccount { production: false, .. }) => Finding::NotReady {
                gap: Gap::MailSandbox,
                command: Some(format!(
                    "aws sesv2 put-account-details --region {} --production-access-enabled --mail-type TRANSACTIONAL \
                     --website-url {}",
                    self.region, self.public_url
                )),
                page,
            },
            Ok(_) => Finding::Ready,
        };
        Answer { subject: Subject::MailAccount, finding }
    }

    fn of_mail_sender(&self, said: Said<bool>) -> Answer {
        let finding = match said {
            Err(why) => Finding::NotAsked(why),
            Ok(true) => Finding::Ready,
            Ok(false) => Finding::NotReady {
                gap: Gap::MailSender(self.mail_from.clone()),
                command: Some(format!(
                    "aws sesv2 create-email-identity --region {} --email-identity {}",
                    self.region, self.mail_from
                )),
                page: self.console("ses/home?region=REGION#/identities"),
            },
        };
        Answer { subject: Subject::MailSender, finding }
    }

    fn of_text_account(&self, said: Said<bool>) -> Answer {
        let finding = match said {
            Err(why) => Finding::NotAsked(why),
            Ok(false) => Finding::Ready,
            // There is no command for this one.
            Ok(true) => Finding::NotReady {
                gap: Gap::TextSandbox,
                command: None,
                page: self.console("sns/v3/home?region=REGION#/mobile/text-messaging"),
            },
        };
        Answer { subject: Subject::TextAccount, finding }
    }

    fn of_text_spend(&self, said: Said<Option<f64>>) -> Answer {
        let finding = match said {
            Err(why) => Finding::NotAsked(why),
            Ok(Some(limit)) if limit <= FIRST_SPEND => Finding::NotReady {
                gap: Gap::TextSpend(limit.to_string()),
                command: Some(format!(
                    "aws sns set-sms-attributes --region {} --attributes MonthlySpendLimit=100",
                    self.region
                )),
                page: self.console("servicequotas/home/services/sns/quotas?region=REGION"),
            },
            Ok(_) => Finding::Ready,
        };
        Answer { subject: Subject::TextSpend, finding }
    }

    fn of_text_sender(&self, said: Said<bool>) -> Answer {
        let finding = match said {
            Err(why) => Finding::NotAsked(why),
            Ok(true) => Finding::Ready,
            Ok(false) => Finding::NotReady {
                gap: Gap::TextSender,
                command: None,
                page: self.console("sms-voice/home?region=REGION#/phone-numbers"),
            },
        };
        Answer { subject: Subject::TextSender, finding }
    }

    fn of_limit(&self, said: Said<i64>) -> Answer {
        let finding = match said {
            Err(why) => Finding::NotAsked(why),
            Ok(limit) if limit < FEW => Finding::NotReady {
                gap: Gap::FewAtOnce(u64::try_from(limit).unwrap_or_default()),
                command: Some(format!(
                    "aws service-quotas request-service-quota-increase --region {} --service-code lambda --quota-code \
                     L-B99A9384 --desired-value 1000",
                    self.region
                )),
                page: self.console("servicequotas/home/services/lambda/quotas/L-B99A9384?region=REGION"),
            },
            Ok(_) => Finding::Ready,
        };
        Answer { subject: Subject::AtOnce, finding }
    }
}

#[cfg(test)]
mod tests;
