//! The icon set: 24 × 24, one 1.5 px stroke, drawn for us.

use maud::{Markup, Render, html};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each name is what it shows")]
pub enum Icon {
    Add,
    Agent,
    Alert,
    ArrowBack,
    ArrowDown,
    ArrowOn,
    ArrowUp,
    Attach,
    Bell,
    Calendar,
    Camera,
    Chat,
    Check,
    CheckCircle,
    ChevronDown,
    ChevronOn,
    Clock,
    Close,
    Copy,
    Device,
    Document,
    Download,
    Edit,
    External,
    Eye,
    Filter,
    Flow,
    Gear,
    Globe,
    Grip,
    Hash,
    History,
    Home,
    Info,
    Key,
    Keyboard,
    Lines,
    Link,
    List,
    Lock,
    Mail,
    Minus,
    More,
    Offline,
    Pause,
    Phone,
    Pin,
    Redo,
    Refresh,
    Search,
    Send,
    Shield,
    SignOut,
    Sign,
    Text,
    Tick,
    Transfer,
    Trash,
    Undo,
    Upload,
    User,
    Users,
    Webhook,
}

impl Icon {
    /// Every icon, for the sample page.
    pub const ALL: [Self; 63] = [
        Self::Add,
        Self::Agent,
        Self::Alert,
        Self::ArrowBack,
        Self::ArrowDown,
        Self::ArrowOn,
        Self::ArrowUp,
        Self::Attach,
        Self::Bell,
        Self::Calendar,
        Self::Camera,
        Self::Chat,
        Self::Check,
        Self::CheckCircle,
        Self::ChevronDown,
        Self::ChevronOn,
        Self::Clock,
        Self::Close,
        Self::Copy,
        Self::Device,
        Self::Document,
        Self::Download,
        Self::Edit,
        Self::External,
        Self::Eye,
        Self::Filter,
        Self::Flow,
        Self::Gear,
        Self::Globe,
        Self::Grip,
        Self::Hash,
        Self::History,
        Self::Home,
        Self::Info,
        Self::Key,
        Self::Keyboard,
        Self::Lines,
        Self::Link,
        Self::List,
        Self::Lock,
        Self::Mail,
        Self::Minus,
        Self::More,
        Self::Offline,
        Self::Pause,
        Self::Phone,
        Self::Pin,
        Self::Redo,
        Self::Refresh,
        Self::Search,
        Self::Send,
        Self::Shield,
        Self::SignOut,
        Self::Sign,
        Self::Text,
        Self::Tick,
        Self::Transfer,
        Self::Trash,
        Self::Undo,
        Self::Upload,
        Self::User,
        Self::Users,
        Self::Webhook,
    ];

    /// The path data of its strokes.
    const fn path(self) -> &'static str {
        match self {
            Self::Add => "M12 5v14M5 12h14",
            Self::Agent => {
                "M4 14v-2a8 8 0 0 1 16 0v2M4 14h2.5v5H5a1 1 0 0 1-1-1zM20 14h-2.500v5H19a1 1 0 0 0 1-1zM18 19c0 1.500-2 2.500-5 2.500"
            }
            Self::Alert => "M12 4 2.500 20h19zM12 10v4.500M12 17.300v.01",
            Self::ArrowBack => "M20 12H4M10 6l-6 6 6 6",
            Self::ArrowDown => "M12 4v16M6 14l6 6 6-6",
            Self::ArrowOn => "M4 12h16M14 6l6 6-6 6",
            Self::ArrowUp => "M12 20V4M6 10l6-6 6 6",
            Self::Attach => {
                "m20 11.500-7.800 7.800a5 5 0 0 1-7.100-7.100l8-8a3.400 3.400 0 0 1 4.800 4.800l-8 8a1.700 1.700 0 0 1-2.400-2.400l7.100-7.100"
            }
            Self::Bell => "M6 16v-5a6 6 0 0 1 12 0v5l1.500 2h-15zM10 21h4",
            Self::Calendar => "M4 6h16v14H4zM4 10.500h16M8 3.500V7M16 3.500V7",
            Self::Camera => {
                "M3.500 8H7l1.800-3h6.400L17 8h3.500v11.500h-17zM12 17a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z"
            }
            Self::Chat => {
                "M4 6.500A2.500 2.500 0 0 1 6.500 4h11A2.500 2.500 0 0 1 20 6.500v7a2.500 2.500 0 0 1-2.500 2.500H12l-5 4v-4h-.5A2.500 2.500 0 0 1 4 13.500z"
            }
            Self::Check => "m4.500 12.500 5 5 10-11",
            Self::CheckCircle => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 12.300l2.800 2.800L16 9.500",
            Self::ChevronDown => "m6 9.500 6 6 6-6",
            Self::ChevronOn => "m9.500 6 6 6-6 6",
            Self::Clock => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.200l3.300 2",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Copy => "M9 9h11v11H9zM5 15H4V4h11v1",
            Self::Device => "M7 3h10v18H7zM11 18h2",
            Self::Document => "M6 3h8l4.500 4.500V21H6zM14 3v4.500h4.500M9 12.500h6.500M9 16.500h6.500",
            Self::Download => "M12 4v11.500M7 11l5 5 5-5M4.500 20h15",
            Self::Edit => "M4.500 19.500 5.500 15 16 4.500l3.500 3.500L9 18.500zM13.500 7l3.500 3.500",
            Self::External => "M13.500 4H20v6.500M20 4l-9 9M18 14v6H4V6h6",
            Self::Eye => {
                "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z"
            }
            Self::Filter => "M4 6h16M7 12h10M10 18h4",
            Self::Flow => "M4 4h6v5H4zM14 15h6v5h-6zM10 6.500h4.500a2.500 2.500 0 0 1 2.500 2.500v6",
            Self::Gear => "M4 7h9M17 7h3M15 4.500v5M4 12h3M11 12h9M9 9.500v5M4 17h9M17 17h3M15 14.500v5",
            Self::Globe => {
                "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c5 5.500 5 12.500 0 18-5-5.500-5-12.500 0-18z"
            }
            Self::Grip => "M9 6v.01M15 6v.01M9 12v.01M15 12v.01M9 18v.01M15 18v.01",
            Self::Hash => "M9 4 7 20M17 4l-2 16M4.500 9h16M3.500 15h16",
            Self::History => "M4 12a8 8 0 1 0 2.600-5.900L4 8.500M4 4v4.500h4.500M12 8v4.300l3 1.700",
            Self::Home => "m3.500 11.500 8.500-7 8.500 7M6 10v10h12V10M10 20v-5.500h4V20",
            Self::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.700v.01",
            Self::Key => "M8 19a4 4 0 1 1 2.800-6.800L19.500 3.500M16 7l3 3M13.500 9.500l2 2",
            Self::Keyboard => "M3 6h18v12H3zM7 10v.01M10.300 10v.01M13.700 10v.01M17 10v.01M8 14.500h8",
            Self::Lines => "M4 6h16M4 10.500h16M4 15h16M4 19.500h9",
            Self::Link => {
                "M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1"
            }
            Self::List => "M4 5h16v14H4zM8 10.500h5M8 14h5M15.500 11.500l1.500 1.500 1.500-1.500",
            Self::Lock => "M5.500 11h13v9.500h-13zM8.500 11V7.500a3.500 3.500 0 0 1 7 0V11M12 15v2",
            Self::Mail => "M3.500 5.500h17v13h-17zM3.500 7l8.500 6 8.500-6",
            Self::Minus => "M5 12h14",
            Self::More => "M5 12v.01M12 12v.01M19 12v.01",
            Self::Offline => {
                "M3 9.500a14 14 0 0 1 5-3M21 9.500A14 14 0 0 0 12.500 6M6.500 13.300A9 9 0 0 1 10 11.200M17.500 13.300a9 9 0 0 0-1.500-1.200M12 18v.01M4 3l16 18"
            }
            Self::Pause => "M8.500 5v14M15.500 5v14",
            Self::Phone => {
                "M5 4h4l1.500 4.500L8 10.500a12 12 0 0 0 5.500 5.500l2-2.500L20 15v4a1.500 1.500 0 0 1-1.600 1.500A15.500 15.500 0 0 1 3.500 5.600 1.500 1.500 0 0 1 5 4z"
            }
            Self::Pin => "M4 8h16v8H4zM8 12v.01M12 12v.01M16 12v.01",
            Self::Redo => "M19 9.500h-9a5 5 0 0 0 0 10h5M15 5.500l4 4-4 4",
            Self::Refresh => "M20 12a8 8 0 1 1-2.600-5.900L20 8.500M20 4v4.500h-4.500",
            Self::Search => "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.500 4.500",
            Self::Send => "M4 12 3.500 4 21 12 3.500 20zM4 12h8",
            Self::Shield => "M12 3.500 5 6v5.500c0 4.500 3 7.500 7 9 4-1.500 7-4.500 7-9V6zM9 12l2.300 2.300L15.300 10",
            Self::SignOut => "M13 4H5v16h8M10 12h10.500M16.500 8l4 4-4 4",
            Self::Sign => {
                "M3.500 17c3-1 6-12 8.500-11.500S9.500 17 12 16.500s2.500-4 4-4 .5 3 2 3 1.500-1 2.500-1M3.500 20.500h17"
            }
            Self::Text => "M5 7.500V5h14v2.500M12 5v14M9.500 19h5",
            Self::Tick => "M4.500 4.500h15v15h-15zM8 12.300l2.800 2.800L16 9.500",
            Self::Transfer => "M4 8.500h15M15 4.500l4 4-4 4M20 15.500H5M9 11.500l-4 4 4 4",
            Self::Trash => {
                "M4.500 6.500h15M9 6.500V4h6v2.500M6.500 6.500 7.500 20.500h9l1-14M10.500 10.500v6M13.500 10.500v6"
            }
            Self::Undo => "M5 9.500h9a5 5 0 0 1 0 10H9M9 5.500l-4 4 4 4",
            Self::Upload => "M12 16V4.500M7 9l5-5 5 5M4.500 20h15",
            Self::User => {
                "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.5-4 3.500-5.500 7.500-5.500s7 1.500 7.500 5.500"
            }
            Self::Users => {
                "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 19.500c.4-3.500 3-5 6.500-5s6.100 1.500 6.500 5M15 4.800a3.500 3.500 0 0 1 0 6.400M17.500 15c2.500.6 3.700 2.200 4 4.500"
            }
            Self::Webhook => {
                "M12 9.500a3 3 0 1 0-2.500-1.300L6.500 14M6 17a3 3 0 1 0 3 0h7M14.500 8.500l3 5.500a3 3 0 1 1-1.500 5"
            }
        }
    }

    /// Whether it points somewhere and has to turn round where one reads from the right.
    const fn turns(self) -> bool {
        matches!(
            self,
            Self::ArrowBack
                | Self::ArrowOn
                | Self::ChevronOn
                | Self::Send
                | Self::SignOut
                | Self::Undo
                | Self::Redo
                | Self::External
        )
    }
}

impl Render for Icon {
    fn render(&self) -> Markup {
        html! {
            svg class=(if self.turns() { "icon icon-turns" } else { "icon" }) viewBox="0 0 24 24" aria-hidden="true" { path d=(self.path()) {} }
        }
    }
}

/// These components, as the sample page shows them.
pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![("icons", html! { div.row { @for icon in Icon::ALL { (icon) } } })]
}
