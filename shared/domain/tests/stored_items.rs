//! Items that stand in the tables of a running deployment, as text. Whatever moves in the code, an item that an older
//! build wrote must be read, and written back byte for byte: the fields' names and order are part of the contract.
#![allow(clippy::unwrap_used)]

use parlor_domain::{
    Event, Interaction, OutboxEntry, Session, Settings,
    interaction::{Task, Workflow},
};
use serde::{Serialize, de::DeserializeOwned};

/// A session with every field filled in: bound, locked once, ended, with a boundary of its access plan due.
const SESSION: &str = r#"{
  "id": "1end1n0123456789abcdefghjk",
  "version": 9,
  "seq": 12,
  "state": "ended",
  "customer": {
    "name": "Mara Quist",
    "email": "mara@example.net",
    "phone": "+49301234567"
  },
  "channel": "email",
  "agent": "agent00000000000",
  "agent_name": "Nina Okafor",
  "order": 3,
  "reference": "case-4711",
  "metadata": {
    "branch": "north",
    "product": "loan"
  },
  "created_at": "2026-01-05T10:00:00Z",
  "invited_at": "2026-01-05T10:00:00.25Z",
  "joined_at": "2026-01-05T10:05:00Z",
  "ended": {
    "at": "2026-01-05T11:00:00Z",
    "by": "inactivity",
    "plan": {
      "steps": [
        {
          "tier": "full",
          "until": "2026-01-05T12:00:00Z"
        },
        {
          "tier": "limited",
          "until": null
        }
      ],
      "attachments": true,
      "chat": false
    }
  },
  "last_agent_action_at": "2026-01-05T10:30:00Z",
  "last_event_at": "2026-01-05T11:00:00Z",
  "device": {
    "hash": "p0fyNm2zUCuIvBEEFo6EJaLFF0TSbDJdW0r1sHLGlHY",
    "bound_at": "2026-01-05T10:05:00Z",
    "link_expires_at": "2026-01-12T10:00:00Z"
  },
  "consented_at": "2026-01-05T10:05:00Z",
  "authenticated_at": "2026-01-05T10:05:00Z",
  "pin": "c2VhbGVkLXBpbg",
  "code": {
    "code": "c2VhbGVkLWNvZGU",
    "expires_at": "2026-01-05T10:14:00Z"
  },
  "tries": {
    "wrong": 2,
    "lockouts": 1,
    "locked_until": "2026-01-05T10:19:00Z",
    "banned": false
  },
  "requests": [
    "2026-01-05T10:01:00Z",
    "2026-01-05T10:04:00Z"
  ],
  "participants": [
    {
      "id": "p4rt1c1pant00001",
      "name": "Ada Quist",
      "email": "ada.quist@example.net",
      "channel": "email",
      "language": "de",
      "order": 2,
      "added_at": "2026-01-05T10:00:30Z",
      "invited_at": "2026-01-05T10:00:30Z",
      "joined_at": "2026-01-05T10:02:00Z",
      "device": {
        "hash": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
        "bound_at": "2026-01-05T10:02:00Z",
        "link_expires_at": "2026-01-12T10:00:30Z"
      },
      "consented_at": "2026-01-05T10:02:00Z",
      "authenticated_at": "2026-01-05T10:02:00Z",
      "authenticated_by": "pin",
      "pin": "c2VhbGVkLXBpbg",
      "tries": {
        "wrong": 1,
        "lockouts": 0,
        "locked_until": null,
        "banned": false
      },
      "links_from": 3
    },
    {
      "id": "p4rt1c1pant00002",
      "name": "Jonas Berg",
      "channel": "email",
      "added_at": "2026-01-05T10:00:40Z",
      "tries": {
        "wrong": 0,
        "lockouts": 0,
        "locked_until": null,
        "banned": false
      },
      "removed_at": "2026-01-05T10:03:00Z"
    }
  ],
  "due": {
    "kind": "access",
    "at": "2026-01-05T12:00:00Z"
  }
}"#;

/// A planned session: everything that can be absent is.
const PLANNED: &str = r#"{
  "id": "1end1n0123456789abcdefghjk",
  "version": 1,
  "seq": 1,
  "state": "planned",
  "customer": {
    "name": "Mara Quist",
    "phone": "+49301234567"
  },
  "channel": "sms",
  "agent": "agent00000000000",
  "agent_name": "Nina Okafor",
  "created_at": "2026-01-05T10:00:00Z",
  "invited_at": null,
  "joined_at": null,
  "ended": null,
  "last_agent_action_at": "2026-01-05T10:00:00Z",
  "last_event_at": "2026-01-05T10:00:00Z",
  "device": null,
  "consented_at": null,
  "authenticated_at": null,
  "pin": null,
  "code": null,
  "tries": {
    "wrong": 0,
    "lockouts": 0,
    "locked_until": null,
    "banned": false
  },
  "requests": []
}"#;

/// One event of each type, by each kind of actor.
const EVENTS: &str = r#"[
  {"seq":1,"at":"2026-01-05T10:00:00Z","actor":{"type":"agent","id":"agent00000000000","name":"Nina Okafor"},"origin":{"ip":"192.0.2.7","user_agent":"Firefox"},"type":"session.created","planned":true},
  {"seq":2,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"session.invited","channel":"email"},
  {"seq":3,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"session.invited","channel":null},
  {"seq":4,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"link.generated"},
  {"seq":5,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"link.renewed","channel":"sms"},
  {"seq":6,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"customer.consented"},
  {"seq":7,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"device.bound"},
  {"seq":8,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"device.released"},
  {"seq":9,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"customer.joined"},
  {"seq":9,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"customer.joined","after_seconds":240},
  {"seq":10,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"pin.wrong"},
  {"seq":11,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"pin.locked","until":"2026-01-05T10:15:00Z"},
  {"seq":12,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"pin.banned"},
  {"seq":13,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"pin.reset"},
  {"seq":14,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"code.sent","channel":"email"},
  {"seq":15,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"message","id":"m1","from":"customer","text":"Hello"},
  {"seq":15,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"message","id":"m2","from":"customer","text":"","attachment":{"id":"up_0000000000000000","name":"Kitchen.jpg","type":"image/jpeg","size":48213,"width":640,"height":480}},
  {"seq":16,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"customer.reminded","channel":"email","number":1},
  {"seq":16,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"customer.notified","channel":"sms"},
  {"seq":16,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"session.kept_open"},
  {"seq":17,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"session.ended","by":"api","plan":{"steps":[{"tier":"limited","until":"2026-01-05T12:00:00Z"}],"attachments":false,"chat":false}},
  {"seq":18,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"session.discarded"},
  {"seq":19,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"session.renewed"},
  {"seq":20,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"access.changed","tier":"none"},
  {"seq":21,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"delivery.failed","channel":"email","reason":"mailbox full"},
  {"seq":22,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"delivery.suppressed","channel":"sms"},
  {"seq":23,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"session.reengaged"},
  {"seq":24,"at":"2026-01-05T10:00:00Z","actor":{"type":"agent","id":"agent00000000001","name":"Sam Ode"},"origin":{},"type":"session.transfer_requested","agent":"agent00000000001","name":"Sam Ode","reason":"Nina is off sick","lapses_at":"2026-01-05T10:01:00Z"},
  {"seq":25,"at":"2026-01-05T10:00:00Z","actor":{"type":"agent","id":"agent00000000001","name":"Sam Ode"},"origin":{},"type":"session.transferred","from":"agent00000000000","agent":"agent00000000001","name":"Sam Ode"},
  {"seq":26,"at":"2026-01-05T10:00:00Z","actor":{"type":"agent","id":"agent00000000001","name":"Sam Ode"},"origin":{},"type":"session.transfer_declined","agent":"agent00000000001","name":"Sam Ode"},
  {"seq":27,"at":"2026-01-05T10:00:00Z","actor":{"type":"agent","id":"agent00000000001","name":"Sam Ode"},"origin":{},"type":"session.transfer_lapsed","agent":"agent00000000001","name":"Sam Ode"},
  {"seq":28,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.created","interaction":"0123456789abcdef","kind":"workflow","title":"About you","order":1},
  {"seq":29,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.sent","interaction":"0123456789abcdef","kind":"workflow","title":"About you","order":1,"due_at":"2026-01-07T10:00:00Z"},
  {"seq":30,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"interaction.started","interaction":"0123456789abcdef","title":"About you"},
  {"seq":31,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"interaction.completed","interaction":"0123456789abcdef","title":"About you"},
  {"seq":31,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"interaction.completed","interaction":"0123456789abcdef","title":"About you","all_done_after_seconds":240},
  {"seq":32,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"type":"interaction.declined","interaction":"0123456789abcdef","title":"About you","reason":"not today"},
  {"seq":33,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.withdrawn","interaction":"0123456789abcdef","title":"About you"},
  {"seq":34,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.reminded","interaction":"0123456789abcdef","title":"About you","channel":"email"},
  {"seq":34,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.moved","interaction":"0123456789abcdef","title":"About you","before":"fedcba9876543210"},
  {"seq":34,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.moved","interaction":"0123456789abcdef","title":"About you"},
  {"seq":35,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"interaction.signed","interaction":"0123456789abcdef","title":"About you","sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","size":52000},
  {"seq":36,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"interaction.not_signed","interaction":"0123456789abcdef","title":"About you"},
  {"seq":37,"at":"2026-01-05T10:00:00Z","actor":{"type":"system"},"origin":{},"type":"interaction.joined","interaction":"0123456789abcdef","title":"Your passport","size":1640000,"pages":4,"left_out":1},
  {"seq":37,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.accepted","interaction":"0123456789abcdef","title":"Your passport"},
  {"seq":38,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.sent_back","interaction":"0123456789abcdef","title":"Your passport","reason":"The back is missing."},
  {"seq":39,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"participant":"p4rt1c1pant00001","type":"participant.added","name":"Ada Quist","channel":"email"},
  {"seq":40,"at":"2026-01-05T10:00:00Z","actor":{"type":"participant","id":"p4rt1c1pant00001","name":"Ada Quist"},"origin":{},"participant":"p4rt1c1pant00001","type":"device.bound"},
  {"seq":41,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.assigned","interaction":"0123456789abcdef","title":"About you","assignee":"p4rt1c1pant00001","from":"customer"},
  {"seq":42,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.sent","interaction":"0123456789abcdef","kind":"workflow","title":"About you","order":1,"assignee":"p4rt1c1pant00001"},
  {"seq":43,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"participant":"p4rt1c1pant00001","type":"participant.removed","name":"Ada Quist"},
  {"seq":44,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"participant":"p4rt1c1pant00001","type":"participant.added","name":"Ada Quist","channel":"email","order":2},
  {"seq":45,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"order.changed","name":"Mara Quist","order":3},
  {"seq":46,"at":"2026-01-05T10:00:00Z","actor":{"type":"customer"},"origin":{},"participant":"p4rt1c1pant00001","type":"turn.came","name":"Ada Quist","interaction":"0123456789abcdef","title":"About you"},
  {"seq":47,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"participant":"p4rt1c1pant00001","type":"turn.waits","name":"Ada Quist"},
  {"seq":48,"at":"2026-01-05T10:00:00Z","actor":{"type":"api","key":"key0000000000000"},"origin":{},"type":"interaction.sent","interaction":"0123456789abcdef","kind":"document","title":"About you","order":1,"part_of":{"interaction":"fedcba9876543210","step":"contract"}}
]"#;

/// An interaction with every field filled in.
const INTERACTION: &str = r#"{
  "id": "0123456789abcdef",
  "version": 4,
  "kind": "workflow",
  "title": "About you",
  "state": "in_progress",
  "assignee": "customer",
  "order": 1,
  "due_at": "2026-01-07T10:00:00Z",
  "created_at": "2026-01-05T10:00:00Z",
  "sent_at": "2026-01-05T10:00:00Z",
  "started_at": "2026-01-05T10:01:00Z",
  "completed_at": "2026-01-05T10:02:00Z",
  "reminded_at": "2026-01-05T10:01:30Z",
  "reason": "not today",
  "progress": {
    "done": 1,
    "of": 2
  },
  "entered": {
    "adults": 2,
    "alone": false,
    "share": 0.5,
    "since": "2019-04-01"
  },
  "passed": [
    "who"
  ],
  "at": "others"
}"#;

/// What a workflow asks, with every field filled in.
const WORKFLOW: &str = r#"{
  "steps": [
    {
      "id": "who",
      "title": "Who lives with you",
      "text": "Two minutes.",
      "fields": [
        {
          "name": "alone",
          "label": "Do you live alone?",
          "type": "yes_no",
          "required": true
        },
        {
          "name": "home",
          "label": "Your home is",
          "type": "choice",
          "options": [
            "Rented",
            "Owned"
          ]
        }
      ]
    },
    {
      "id": "others",
      "title": "The others",
      "fields": [
        {
          "name": "adults",
          "label": "How many?",
          "type": "number",
          "min": 1,
          "max": 20.5,
          "hint": "Yourself included"
        },
        {
          "name": "since",
          "label": "Since when?",
          "type": "date",
          "min": "2000-01-01"
        },
        {
          "name": "code",
          "label": "Your code",
          "type": "text",
          "pattern": "[0-9]+"
        }
      ],
      "show_if": {
        "any": [
          {
            "field": "alone",
            "is": false
          },
          {
            "field": "home",
            "in": [
              "Owned"
            ]
          }
        ]
      }
    }
  ]
}"#;

/// The system's settings with no value left at its default where another one is possible.
const SETTINGS: &str = r##"{
  "session": {
    "customer_reengagement": "continue",
    "single_active": true,
    "supervisor_takeover": true,
    "inactive_agent_message": "Back at nine.",
    "cookie_disclaimer": true,
    "read_receipts": true,
    "staff_attachments": true,
    "customer_attachments": true,
    "auto_open": true,
    "customer_access_minutes": 1440
  },
  "channels": {
    "default": "sms",
    "sms": true,
    "embedded": true,
    "copy_url": false,
    "update_notices": false,
    "default_country": "DE",
    "reminders": {
      "enabled": true,
      "first_after_minutes": 60,
      "every_minutes": 120,
      "max": 5,
      "weekdays": [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun"
      ],
      "from": "08:30",
      "to": "17:00",
      "time_zone": "Europe/Berlin"
    }
  },
  "authentication": {
    "method": "otp",
    "multi_device": true,
    "max_attempts": 3,
    "lockout_minutes": 30,
    "max_lockouts": 2,
    "opening_page": {
      "title": "Welcome",
      "text": "Please come in.",
      "hint": "It is on your letter.",
      "by_language": {
        "en": {
          "title": "Come in",
          "text": null,
          "hint": "On your letter."
        },
        "de": {
          "title": "Willkommen",
          "text": "Bitte treten Sie ein.",
          "hint": "Auf Ihrem Brief."
        },
        "es": {
          "title": "Hola",
          "text": null,
          "hint": null
        },
        "fr": {
          "title": "Bonjour",
          "text": null,
          "hint": null
        },
        "ar": {
          "title": "مرحبا",
          "text": null,
          "hint": null
        }
      }
    },
    "consent": {
      "required": true,
      "text": "I agree."
    }
  },
  "end": {
    "agent_redirect": "stay",
    "inactivity_minutes": 45,
    "renew_after_inactivity": false,
    "renew_window_minutes": 600,
    "customer_access": {
      "level": "full_timed",
      "minutes": 60,
      "then_limited_minutes": 30,
      "attachments": true,
      "chat": true
    },
    "customer_redirect": "https://example.com/bye"
  },
  "history": {
    "search": false,
    "team_filter": false,
    "updated": false,
    "recent": false
  },
  "data": {
    "retention_minutes": 525600
  },
  "service": {
    "maintenance": true,
    "message": "Back soon.",
    "status_url": "https://status.example.com/"
  },
  "branding": {
    "name": "Example Bank",
    "accent": "#1a6b54",
    "logo": "https://example.com/logo.svg",
    "sender_name": "Example Bank Claims",
    "reply_to": "claims@example.com"
  }
}"##;

/// One outbox entry for each message and each status.
const OUTBOX: &str = r#"[
  {"id":"000000000002-0","session":"1end1n0123456789abcdefghjk","channel":"email","to":"mara@example.net","message":{"type":"invitation","token":"c2VhbGVkLXRva2Vu"},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":1,"due":{"kind":"delivery","at":"2026-01-05T10:01:00Z"}},
  {"id":"000000000005-0","session":"1end1n0123456789abcdefghjk","channel":"sms","to":"+49301234567","message":{"type":"new_link","token":"c2VhbGVkLXRva2Vu","renewed":true},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":3,"due":{"kind":"delivery","at":"2026-01-05T10:36:00Z"},"last_error":"throttled"},
  {"id":"000000000007-0","session":"1end1n0123456789abcdefghjk","channel":"email","to":"mara@example.net","message":{"type":"code","code":"c2VhbGVkLWNvZGU"},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":1,"due":{"kind":"delivery","at":"2026-01-05T10:01:00Z"}},
  {"id":"000000000008-0","session":"1end1n0123456789abcdefghjk","channel":"email","to":"mara@example.net","message":{"type":"reminder","token":"c2VhbGVkLXRva2Vu"},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":1,"due":{"kind":"delivery","at":"2026-01-05T10:01:00Z"}},
  {"id":"000000000002-0","session":"1end1n0123456789abcdefghjk","channel":"email","to":"mara@example.net","message":null,"created_at":"2026-01-05T10:00:00Z","status":"sent","attempts":1,"due":null},
  {"id":"000000000002-0","session":"1end1n0123456789abcdefghjk","channel":"email","to":"mara@example.net","message":null,"created_at":"2026-01-05T10:00:00Z","status":"failed","attempts":6,"due":null,"last_error":"no such mailbox"},
  {"id":"000000000002-0","session":"1end1n0123456789abcdefghjk","channel":"sms","to":"+49301234567","message":null,"created_at":"2026-01-05T10:00:00Z","status":"suppressed","attempts":1,"due":null},
  {"id":"c3RhZmYtbWFpbC0x","agent":"agent00000000000","channel":"email","to":"nina@example.com","message":{"type":"staff_invitation","token":"c2VhbGVkLXRva2Vu","by":"Ada Winter","language":"de"},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":1,"due":{"kind":"delivery","at":"2026-01-05T10:01:00Z"}},
  {"id":"c3RhZmYtbWFpbC0y","agent":"agent00000000000","channel":"email","to":"nina@example.com","message":{"type":"password_reset","token":"c2VhbGVkLXRva2Vu","language":"en"},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":1,"due":{"kind":"delivery","at":"2026-01-05T10:01:00Z"}},
  {"id":"c3RhZmYtbWFpbC0z","agent":"agent00000000000","channel":"email","to":"nina@example.com","message":{"type":"password_changed","language":"en"},"created_at":"2026-01-05T10:00:00Z","status":"pending","attempts":1,"due":{"kind":"delivery","at":"2026-01-05T10:01:00Z"}}
]"#;

/// Reads `text` and writes it again, one value a line in a list, otherwise indented.
fn rewritten<T: DeserializeOwned + Serialize>(text: &str) -> String {
    serde_json::to_string_pretty(&serde_json::from_str::<T>(text).unwrap()).unwrap()
}

fn rewritten_list<T: DeserializeOwned + Serialize>(text: &str) -> String {
    let values: Vec<T> = serde_json::from_str(text).unwrap();
    let lines: Vec<_> = values.iter().map(|value| format!("  {}", serde_json::to_string(value).unwrap())).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

#[test]
fn stored_items_are_read_and_written_back_byte_for_byte() {
    assert_eq!(rewritten::<Session>(SESSION), SESSION);
    assert_eq!(rewritten::<Session>(PLANNED), PLANNED);
    let timer = r#""timers": {
    "access": "2026-01-05T12:00:00Z"
  }"#;
    let due = r#""due": {
    "kind": "access",
    "at": "2026-01-05T12:00:00Z"
  }"#;
    let session = SESSION.replace(due, timer);
    assert!(session != SESSION && rewritten::<Session>(&session) == session);
    assert_eq!(rewritten::<Interaction>(INTERACTION), INTERACTION);
    assert_eq!(rewritten::<Workflow>(WORKFLOW), WORKFLOW);
    let task = r#"{"id":"0123456789abcdef","kind":"workflow","title":"About you","state":"sent","order":1}"#;
    assert_eq!(serde_json::to_string(&serde_json::from_str::<Task>(task).unwrap()).unwrap(), task);
    assert_eq!(rewritten_list::<Event>(EVENTS), EVENTS);
    assert_eq!(rewritten::<Settings>(SETTINGS), SETTINGS);
    assert_eq!(Settings::stored(SETTINGS).unwrap(), Settings::parse(serde_json::from_str(SETTINGS).unwrap()).unwrap());
    assert_eq!(rewritten_list::<OutboxEntry>(OUTBOX), OUTBOX);
}

#[test]
fn fields_that_the_first_builds_did_not_write_may_be_missing() {
    let mut session: serde_json::Value = serde_json::from_str(PLANNED).unwrap();
    for later in ["tries", "requests"] {
        session.as_object_mut().unwrap().remove(later).unwrap();
    }
    // Before timers were entries of their own, a session without one said so.
    session["due"] = serde_json::Value::Null;
    let session: Session = serde_json::from_value(session).unwrap();
    assert_eq!(serde_json::to_string_pretty(&session).unwrap(), PLANNED);

    let events: Vec<serde_json::Value> = serde_json::from_str(EVENTS).unwrap();
    for mut event in events {
        event.as_object_mut().unwrap().remove("origin");
        serde_json::from_value::<Event>(event).unwrap();
    }
}
