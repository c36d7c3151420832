//! The states of a connection.

/// What a client's connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum State {
    /// Waits for its next request.
    Idle,
    /// The head of a request is arriving.
    Header,
    /// A request is on its way to a service.
    Request,
    /// A service has the whole request and hasn't answered.
    Awaiting,
    /// The response is on its way to the client.
    Streaming,
    /// Another protocol, after a 101.
    Upgraded,
    /// Many requests at once.
    Http2,
}

impl State {
    /// Every state, for tables.
    pub const ALL: [Self; 7] = [
        Self::Idle,
        Self::Header,
        Self::Request,
        Self::Awaiting,
        Self::Streaming,
        Self::Upgraded,
        Self::Http2,
    ];

    /// Its name in status and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Header => "header",
            Self::Request => "request",
            Self::Awaiting => "awaiting",
            Self::Streaming => "streaming",
            Self::Upgraded => "upgraded",
            Self::Http2 => "http2",
        }
    }

    /// The state that was kept as a number.
    pub(super) fn of(number: u8) -> Self {
        let state = Self::ALL.get(usize::from(number));
        state.copied().unwrap_or(Self::Idle)
    }
}
