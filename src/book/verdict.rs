/// What has come of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The book's number, or statement, fits what we have measured.
    Inside,
    /// It does not.
    Outside,
    /// What we have measured does not suffice to say, or some seeds diverged.
    Unknown,
}

impl Verdict {
    /// The word in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inside => "inside",
            Self::Outside => "OUTSIDE",
            Self::Unknown => "unknown",
        }
    }
}
