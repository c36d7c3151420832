//! Mistakes in `access_log:`.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_mistake_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "access_log: off",
            &[
                "f:1:13 access_log: is a single value here; write a mapping such as { output: stdout, sample: 1.0 }",
            ],
        ),
        (
            "access_log: { outptu: off, format: json }",
            &[
                "f:1:15 access_log.outptu: is an unknown key; did you mean `output`?",
                "f:1:28 access_log.format: is an unknown key; the keys here are output, sample, on_full, headers, redact_query",
            ],
        ),
        (
            "access_log: { output: access.log, sample: 10%, on_full: blok }",
            &[
                r#"f:1:23 access_log.output: "access.log" is not an output; write stdout, off, or an absolute path such as /var/log/api-gateway/access.log"#,
                r#"f:1:43 access_log.sample: "10%" is not a number from 0.0 to 1.0; write a number from 0.0 to 1.0, such as 0.1 for one in ten"#,
                r#"f:1:57 access_log.on_full: "blok" is not a choice; did you mean block? write drop or block"#,
            ],
        ),
        (
            "access_log: { output: , sample: [], on_full: {}, headers: , redact_query: token }",
            &[
                "f:1:15 access_log.output: has no value; write stdout, off, or an absolute path such as /var/log/api-gateway/access.log",
                "f:1:25 access_log.sample: is a list here; write a number from 0.0 to 1.0, such as 0.1 for one in ten",
                "f:1:37 access_log.on_full: is a mapping here; write drop or block",
                "f:1:50 access_log.headers: has no value; write a list, its items in [ ] or after dashes",
                "f:1:75 access_log.redact_query: is a single value here; write a list, its items in [ ] or after dashes",
            ],
        ),
        (
            "access_log: { headers: [Authorization, cookie, SET-COOKIE, Proxy-Authorization] }",
            &[
                "f:1:25 access_log.headers[0]: carries credentials, which don't belong in a log; leave it out",
                "f:1:40 access_log.headers[1]: carries credentials, which don't belong in a log; leave it out",
                "f:1:48 access_log.headers[2]: carries credentials, which don't belong in a log; leave it out",
                "f:1:60 access_log.headers[3]: carries credentials, which don't belong in a log; leave it out",
            ],
        ),
        (
            "access_log: { headers: [X-A, x a, x-a] }",
            &[
                r#"f:1:30 access_log.headers[1]: "x a" is not the name of a header; write the name of a header such as X-Team"#,
                "f:1:35 access_log.headers[2]: is the header of access_log.headers[0] again; remove one of the two",
            ],
        ),
        (
            "access_log: { redact_query: [pin_code, a b, pinCode, '_'] }",
            &[
                r#"f:1:40 access_log.redact_query[1]: "a b" contains ' ', which can't stand there in a URL; write it as %20"#,
                "f:1:45 access_log.redact_query[2]: is the parameter of access_log.redact_query[0] again; remove one of the two",
                "f:1:54 access_log.redact_query[3]: has no letter or digit, and names are compared by those only; write the parameter's whole name, as it stands in the URL",
            ],
        ),
        (
            "access_log: { output: /run/api-gateway/api-gateway.pid }",
            &["f:1:23 access_log.output: is also the path of server.pid_file; write another path"],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{text}\n{SERVICES}{ROUTES}"), expected);
    }
}
