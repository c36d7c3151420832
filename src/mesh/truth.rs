//! Yes, no, or not to be told.

/// Whether something matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    /// Why not.
    No(String),
    /// What the model doesn't cover.
    Unknown(String),
}

impl Truth {
    pub(super) fn of(holds: bool, why_not: impl FnOnce() -> String) -> Self {
        if holds {
            Self::Yes
        } else {
            Self::No(why_not())
        }
    }

    /// Both: one no is enough, whatever the other.
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No(why) => Self::No(why),
            Self::Yes => other(),
            Self::Unknown(what) => match other() {
                Self::No(why) => Self::No(why),
                _ => Self::Unknown(what),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_is_certain_whatever_is_not_known() {
        let (yes, no) = (|| Truth::Yes, || Truth::No("no".into()));
        let unknown = || Truth::Unknown("what".into());
        assert_eq!(yes().and(yes), Truth::Yes);
        assert_eq!(yes().and(no), no());
        assert_eq!(unknown().and(no), no());
        assert_eq!(no().and(unknown), no());
        assert_eq!(unknown().and(yes), unknown());
        assert_eq!(yes().and(unknown), unknown());
    }
}
