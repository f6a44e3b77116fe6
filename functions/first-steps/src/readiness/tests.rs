use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use super::*;

/// What an account of AWS answers, by what a request's head and body hold; what is not there is refused.
async fn account(answers: &'static [(&'static str, &'static str)]) -> Questions {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers = Arc::new(answers);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answers = Arc::clone(&answers);
            tokio::spawn(async move {
                let mut asked = vec![0; 16 * 1024];
                let mut read = 0;
                while let Ok(more @ 1..) = stream.read(&mut asked[read..]).await {
                    read += more;
                    let said = String::from_utf8_lossy(&asked[..read]).into_owned();
                    let whole = said.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                        let long = head
                            .lines()
                            .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
                        body.len() >= long.unwrap_or(0)
                    });
                    if !whole {
                        continue;
                    }
                    let found = answers.iter().find(|(about, _)| said.contains(about));
                    let (status, body) = found.map_or(("403 Forbidden", "{}"), |(_, body)| ("200 OK", *body));
                    let kind = if found.is_some() { "" } else { "x-amzn-errortype: AccessDeniedException\r\n" };
                    let answer = format!(
                        "HTTP/1.1 {status}\r\n{kind}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = stream.write_all(answer.as_bytes()).await;
                    return;
                }
            });
        }
    });
    let env = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => Some("key".to_owned()),
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some(url.clone()),
        _ => None,
    };
    Questions {
        aws: Aws::from_env(&env).unwrap(),
        region: "eu-central-1".to_owned(),
        mail_from: "hello@parlor.example".to_owned(),
        sms_sender: None,
        public_url: "https://parlor.example.com".to_owned(),
    }
}

const SANDBOX: &[(&str, &str)] = &[
    ("GET /v2/email/account", r#"{"ProductionAccessEnabled":false,"SendingEnabled":true}"#),
    ("GET /v2/email/identities/", r#"{"VerifiedForSendingStatus":false}"#),
    (
        "Action=GetSMSSandboxAccountStatus",
        "<GetSMSSandboxAccountStatusResponse><GetSMSSandboxAccountStatusResult><IsInSandbox>true</IsInSandbox></GetSMSSandboxAccountStatusResult></GetSMSSandboxAccountStatusResponse>",
    ),
    (
        "Action=GetSMSAttributes",
        "<GetSMSAttributesResponse><GetSMSAttributesResult><attributes><entry><key>MonthlySpendLimit</key><value>1</value></entry></attributes></GetSMSAttributesResult></GetSMSAttributesResponse>",
    ),
    (
        "Action=ListOriginationNumbers",
        "<ListOriginationNumbersResponse><ListOriginationNumbersResult><PhoneNumbers/></ListOriginationNumbersResult></ListOriginationNumbersResponse>",
    ),
    ("GET /2016-08-19/account-settings", r#"{"AccountLimit":{"ConcurrentExecutions":10}}"#),
];

const GROWN: &[(&str, &str)] = &[
    ("GET /v2/email/account", r#"{"ProductionAccessEnabled":true,"SendingEnabled":true}"#),
    ("GET /v2/email/identities/parlor.example", r#"{"VerifiedForSendingStatus":true}"#),
    ("GET /v2/email/identities/", r#"{"VerifiedForSendingStatus":false}"#),
    ("GET /2016-08-19/account-settings", r#"{"AccountLimit":{"ConcurrentExecutions":1000}}"#),
];

fn gap(answer: &Answer) -> Option<&Gap> {
    match &answer.finding {
        Finding::NotReady { gap, .. } => Some(gap),
        _ => None,
    }
}

#[tokio::test]
async fn a_new_account_is_told_all_that_is_missing_and_what_mends_it() {
    let answers = Box::pin(account(SANDBOX).await.ask(true, Timestamp::UNIX_EPOCH)).await;
    let gaps: Vec<_> = answers.iter().filter_map(gap).cloned().collect();
    let sender = Gap::MailSender("hello@parlor.example".to_owned());
    let spend = Gap::TextSpend("1".to_owned());
    assert_eq!(
        gaps,
        [Gap::MailSandbox, sender, Gap::TextSandbox, spend, Gap::TextSender, Gap::FewAtOnce(10)],
        "{answers:?}"
    );
    for answer in &answers {
        let Finding::NotReady { command, page, .. } = &answer.finding else { panic!("{answer:?}") };
        assert!(
            page.starts_with("https://eu-central-1.console.aws.amazon.com/") && page.contains("region=eu-central-1")
        );
        assert!(command.iter().all(|command| command.contains("--region eu-central-1")), "{command:?}");
    }
}

#[tokio::test]
async fn a_verified_domain_will_do_and_nothing_is_asked_about_texts_that_are_off() {
    let answers = Box::pin(account(GROWN).await.ask(false, Timestamp::UNIX_EPOCH)).await;
    assert_eq!(answers.len(), 3);
    assert!(answers.iter().all(|answer| answer.finding == Finding::Ready), "{answers:?}");
}

#[tokio::test]
async fn what_is_refused_is_said_to_be_not_asked_with_the_word_for_why() {
    let answers = Box::pin(account(&[]).await.ask(true, Timestamp::UNIX_EPOCH)).await;
    for answer in answers.iter().filter(|answer| {
        // SNS says its word in a body of XML, which this account does not have.
        !matches!(answer.subject, Subject::TextAccount | Subject::TextSpend | Subject::TextSender)
    }) {
        let refused = Finding::NotAsked(Unasked::Refused("AccessDeniedException".to_owned()));
        assert_eq!(answer.finding, refused, "{answer:?}");
    }
    assert!(answers.iter().all(|answer| matches!(answer.finding, Finding::NotAsked(_))));
}
