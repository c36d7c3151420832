//! The deadlines by name.

/// A deadline that ran out. The names are those of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Deadline {
    /// `server.timeouts.request_body_idle`
    RequestBodyIdle = 1,
    /// `services.*.timeouts.response_header`
    ResponseHeader,
    /// `services.*.timeouts.body_idle`
    BodyIdle,
    /// `server.timeouts.write_idle`
    WriteIdle,
    /// `services.*.timeouts.request`
    Request,
    /// `server.drain.timeout`
    Drain,
}

impl Deadline {
    const ALL: [Self; 6] = [
        Self::RequestBodyIdle,
        Self::ResponseHeader,
        Self::BodyIdle,
        Self::WriteIdle,
        Self::Request,
        Self::Drain,
    ];

    /// The key with its section.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::RequestBodyIdle => "timeouts.request_body_idle",
            Self::ResponseHeader => "timeouts.response_header",
            Self::BodyIdle => "timeouts.body_idle",
            Self::WriteIdle => "timeouts.write_idle",
            Self::Request => "timeouts.request",
            Self::Drain => "drain.timeout",
        }
    }

    /// The deadline that was kept as a number; 0 is none.
    pub(super) fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }
}
