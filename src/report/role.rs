use std::fmt::{self, Display};

/// What has a place in a table or a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Role {
    /// Chosen by what varies.
    #[default]
    Auto,
    /// Nothing.
    None,
    /// A setting.
    Named(String),
}

impl Role {
    /// The name of the setting, if there is one.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::Auto | Self::None => None,
        }
    }

    /// Whether it is still to be chosen.
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }

    /// Chooses, where it is still to be done.
    pub(super) fn choose(&mut self, choice: impl FnOnce() -> Option<String>) {
        if let (true, Some(name)) = (self.is_auto(), choice()) {
            *self = Self::Named(name);
        }
    }
}

impl From<Option<String>> for Role {
    /// What an option says: `none` for nothing.
    fn from(option: Option<String>) -> Self {
        match option {
            None => Self::Auto,
            Some(name) if name == "none" || name.is_empty() => Self::None,
            Some(name) => Self::Named(name),
        }
    }
}

impl Display for Role {
    /// As an option says it; empty if it says nothing.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "",
            Self::None => "none",
            Self::Named(name) => name,
        })
    }
}
