//! Heads and bodies as they are on the wire.

/// The start line and the fields, in order and as written.
#[derive(Debug, Clone)]
pub struct Head {
    pub start: String,
    pub fields: Vec<(String, String)>,
}

impl Head {
    /// `raw` ends with the empty line.
    pub fn parse(raw: &[u8]) -> Self {
        let text = String::from_utf8_lossy(raw);
        let mut lines = text.split("\r\n");
        let start = lines.next().unwrap().to_owned();
        let fields = lines
            .take_while(|line| !line.is_empty())
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                (name.to_owned(), value.trim().to_owned())
            })
            .collect();
        Self { start, fields }
    }

    /// Every value of a field.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = |(of, _): &&(String, String)| of.eq_ignore_ascii_case(name);
        let fields = self.fields.iter().filter(named);
        fields.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of a field that occurs at most once.
    pub fn get(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "{name} more than once: {self:?}");
        all.first().copied()
    }

    pub fn has(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    /// The second word: a request's target, a response's status.
    pub fn second(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or("")
    }

    pub fn method(&self) -> &str {
        self.start.split(' ').next().unwrap()
    }

    pub fn status(&self) -> u16 {
        self.second().parse().unwrap_or(0)
    }

    pub fn is_chunked(&self) -> bool {
        self.has("transfer-encoding")
    }

    pub fn length(&self) -> Option<u64> {
        self.get("content-length")
            .map(|value| value.parse().unwrap())
    }
}

/// A whole response.
#[derive(Debug)]
pub struct Response {
    /// The 1xx heads before it.
    pub interim: Vec<Head>,
    pub head: Head,
    pub body: Vec<u8>,
}

impl Response {
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The problem document, after checking what every one of them promises.
    pub fn problem(&self) -> serde_json::Value {
        assert_eq!(
            self.head.get("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let document = self.json();
        let keys: Vec<&str> = document
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(keys.len(), 5, "{keys:?}");
        assert_eq!(document["type"], "about:blank");
        assert_eq!(document["status"], self.status());
        for name in ["title", "detail", "request_id"] {
            assert!(!document[name].as_str().unwrap().is_empty(), "{document}");
        }
        self.assert_no_leak();
        document
    }

    /// No address, product or version.
    pub fn assert_no_leak(&self) {
        let mut head = self.head.clone();
        // It says what went wrong, to those who may know.
        head.fields
            .retain(|(name, _)| !name.eq_ignore_ascii_case("proxy-status"));
        let whole = format!("{head:?} {}", String::from_utf8_lossy(&self.body));
        let whole = whole.to_ascii_lowercase();
        for word in ["pingora", "127.0.0.", "0.1.0", "os error", "refused", "svc"] {
            assert!(!whole.contains(word), "leaks {word}: {whole}");
        }
        assert!(!self.head.has("server"), "{whole}");
    }
}
