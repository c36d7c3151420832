//! Addresses that can't be listened on beside each other.

use super::{ROUTES, SERVICES, check};

#[test]
fn each_has_its_line() {
    let table: &[(&str, &[&str])] = &[
        (
            "server: { listen: '127.0.0.1:1' }\nadmin: { listen: '127.0.0.1:1', operator: '127.0.0.1:1' }",
            &[
                "f:2:18 admin.listen: is also the address of server.listen; write another port, or off",
                "f:2:43 admin.operator: is also the address of server.listen; write another port, or off",
            ],
        ),
        (
            "admin: { listen: '127.0.0.1:1', operator: '127.0.0.1:1' }",
            &[
                "f:1:43 admin.operator: is also the address of admin.listen; write another port, or off",
            ],
        ),
        (
            "server: { listen: ['10.0.0.1:1', '127.0.0.1:2'] }\nadmin: { operator: '127.0.0.1:2' }",
            &[
                "f:2:20 admin.operator: is also the address of server.listen[1]; write another port, or off",
            ],
        ),
        (
            "admin: { listen: '0.0.0.0:8000' }",
            &[
                "f:1:18 admin.listen: is also the address of server.listen (0.0.0.0:8000, the default); write another port, or off",
            ],
        ),
        (
            "server: { listen: '0.0.0.0:9000' }",
            &[
                "f:1:19 server.listen: is also the address of admin.listen (0.0.0.0:9000, the default); write another port, or other addresses under admin",
            ],
        ),
        (
            "admin: { listen: '127.0.0.1:9001' }",
            &[
                "f:1:18 admin.listen: is also the address of admin.operator (127.0.0.1:9001, the default); write another port, or off",
            ],
        ),
        (
            "server: { listen: ['0.0.0.0:9001', '127.0.0.1:9000'] }",
            &[
                "f:1:20 server.listen[0]: is for all of the machine, and takes the address of admin.operator (127.0.0.1:9001, the default); write another port, or other addresses under admin",
                "f:1:36 server.listen[1]: is taken by admin.listen (0.0.0.0:9000, the default), which is for all of the machine; write another port, or other addresses under admin",
            ],
        ),
        (
            "server: { listen: '[::]:1' }\nadmin: { listen: '[::1]:1', operator: '127.0.0.1:1' }",
            &[
                "f:2:18 admin.listen: is taken by server.listen, which is for all of the machine; write another port, or off",
            ],
        ),
        // What is wrong otherwise is not at an address.
        (
            "server: { listen: [x, '127.0.0.1:1', '127.0.0.1:1'] }\nadmin: { operator: '127.0.0.1:1' }",
            &[
                r#"f:1:20 server.listen[0]: "x" is not an IP address and a port; write an IP address and a port such as 0.0.0.0:8000"#,
                "f:1:38 server.listen[2]: is the address of server.listen[1] again; remove one of the two",
                "f:2:20 admin.operator: is also the address of server.listen[1]; write another port, or off",
            ],
        ),
        (
            "server: { listen: '0.0.0.0:9000' }\nadmin: { lisen: off }",
            &["f:2:10 admin.lisen: is an unknown key; did you mean `listen`?"],
        ),
        (
            "server: [x]\nadmin: { listen: '0.0.0.0:8000' }",
            &[
                r#"f:1:1 server: is a list here; write a mapping such as { listen: "0.0.0.0:8000" }"#,
            ],
        ),
    ];
    for (text, expected) in table {
        check(&format!("{text}\n{SERVICES}{ROUTES}"), expected);
    }
}

/// The place was once counted without the items that can't be read.
#[test]
fn an_address_after_a_bad_one_has_its_own_line() {
    check(
        &format!("server: {{ listen: [x, '0.0.0.0:1', '127.0.0.1:1'] }}\n{SERVICES}{ROUTES}"),
        &[
            r#"f:1:20 server.listen[0]: "x" is not an IP address and a port; write an IP address and a port such as 0.0.0.0:8000"#,
            "f:1:36 server.listen[2]: is taken by the address for all of the machine in the same list; remove one of the two",
        ],
    );
}
