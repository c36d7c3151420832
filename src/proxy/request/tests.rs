use super::*;

fn request(headers: &[(&'static str, &'static str)]) -> RequestHeader {
    let mut request = RequestHeader::build("GET", b"/", None).unwrap();
    for (name, value) in headers {
        request.append_header(*name, *value).unwrap();
    }
    request
}

fn forwarded(
    ip: &str,
    trusted: bool,
    headers: &[(&'static str, &'static str)],
) -> Vec<(String, String)> {
    let mut original = request(headers);
    original.append_header("host", "shop.example").unwrap();
    let mut sent = original.headers.clone();
    sent.insert("host", HeaderValue::from_static("auth-service:8002"));
    let ip = ip.parse().unwrap();
    let client = Client { ip, trusted };
    let id = HeaderValue::from_static("id-1");
    distrust(&mut sent, client.trusted);
    forward(&mut sent, &Came::of(&original), client, &id).unwrap();
    let mut all: Vec<_> = sent
        .iter()
        .map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()))
        .filter(|(n, _)| n != "host")
        .collect();
    all.sort();
    all
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = expected
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    owned.collect()
}

#[test]
fn a_stranger_is_not_believed() {
    let spoofed = [
        ("x-forwarded-for", "1.1.1.1"),
        ("x-forwarded-for", "2.2.2.2"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "evil.example"),
        ("x-request-id", "mine"),
        ("forwarded", "for=1.1.1.1"),
        ("x-forwarded-port", "443"),
        ("x-forwarded-client-cert", "URI=spiffe://a"),
        ("x_forwarded_for", "1.1.1.1"),
        ("x_request-id", "mine"),
    ];
    assert_eq!(
        forwarded("203.0.113.9", false, &spoofed),
        pairs(&[
            ("via", "1.1 api-gateway"),
            ("x-forwarded-for", "203.0.113.9"),
            ("x-forwarded-host", "shop.example"),
            ("x-forwarded-proto", "http"),
            ("x-request-id", "id-1"),
        ])
    );
}

#[test]
fn a_trusted_peer_is_appended_and_its_word_kept() {
    let told = [
        ("x-forwarded-for", "1.1.1.1"),
        ("x-forwarded-for", "2.2.2.2"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "public.example:8443"),
        ("via", "1.1 edge"),
        ("forwarded", "for=1.1.1.1"),
        ("x-forwarded-port", "443"),
        // A trusted peer may have passed these on.
        ("x_forwarded_for", "9.9.9.9"),
        ("x_request_id", "mine"),
    ];
    assert_eq!(
        forwarded("10.0.0.7", true, &told),
        pairs(&[
            ("forwarded", "for=1.1.1.1"),
            ("via", "1.1 api-gateway"),
            ("via", "1.1 edge"),
            ("x-forwarded-for", "1.1.1.1, 2.2.2.2, 10.0.0.7"),
            ("x-forwarded-host", "public.example:8443"),
            ("x-forwarded-port", "443"),
            ("x-forwarded-proto", "https"),
            ("x-request-id", "id-1"),
        ])
    );
}

#[test]
fn a_trusted_loopback_peer_is_not_appended() {
    let told = [("x-forwarded-for", "1.1.1.1")];
    let all = forwarded("127.0.0.6", true, &told);
    assert!(
        all.contains(&("x-forwarded-for".into(), "1.1.1.1".into())),
        "{all:?}"
    );
    let all = forwarded("127.0.0.6", true, &[]);
    assert!(!all.iter().any(|(n, _)| n == "x-forwarded-for"), "{all:?}");
}

#[test]
fn what_a_trusted_peer_says_twice_or_badly_is_replaced() {
    let told = [
        ("x-forwarded-proto", "gopher"),
        ("x-forwarded-host", "a"),
        ("x-forwarded-host", "b"),
    ];
    let all = forwarded("10.0.0.7", true, &told);
    assert!(
        all.contains(&("x-forwarded-proto".into(), "http".into())),
        "{all:?}"
    );
    assert!(
        all.contains(&("x-forwarded-host".into(), "shop.example".into())),
        "{all:?}"
    );
}
