//! What the gateway waits for before it is ready, and what it isn't kept from by.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::alone;
use super::instance::{Instance, signal};
use crate::support::gateway::get;
use crate::support::{Service, Wire, until};

struct Admin(SocketAddr);

impl Admin {
    fn of(gateway: &mut Instance, which: &str) -> Self {
        Self(gateway.finds(&format!("{which} on ")))
    }

    fn says(&self, request: &str) -> (u16, String) {
        let mut client = Wire::connect(self.0);
        client.send(request.replace("client.example", "127.0.0.1"));
        let answer = client.response();
        (answer.status(), answer.text().to_owned())
    }
}

fn config(service: &Service, admin: &str) -> String {
    let url = service.url();
    format!(
        "access_log: {{ output: off }}\n\
         server: {{ listen: \"127.0.0.1:0\", drain: {{ delay: 0s, timeout: 10s }} }}\n\
         admin: {{ listen: \"127.0.0.1:0\", operator: \"127.0.0.1:0\"{admin} }}\n\
         services: {{ svc: {{ url: \"{url}\" }} }}\nroutes: [{{ name: all, service: svc }}]\n"
    )
}

/// In every form that an answer without a body has.
#[test]
fn it_waits_for_its_sidecar() {
    let _alone = alone();
    let forms = [
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
    ];
    for form in forms {
        let service = Service::hello();
        let ready = Arc::new(AtomicBool::new(false));
        let is_ready = ready.clone();
        let sidecar = Service::start(move |mut conn| {
            conn.request();
            let answer = match is_ready.load(Ordering::Relaxed) {
                true => form,
                false => "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n",
            };
            let _ = conn.try_send(answer);
        });
        let key = format!(", sidecar_ready: \"{}/healthz/ready\"", sidecar.url());
        let mut gateway = Instance::start_with(&config(&service, &key));
        let admin = Admin::of(&mut gateway, "admin");
        sidecar.received(2);
        let (status, said) = admin.says(&get("/readyz"));
        assert_eq!(status, 503);
        assert!(said.contains("sidecar"), "{said}");
        assert_eq!(sidecar.heads()[0].second(), "/healthz/ready");
        ready.store(true, Ordering::Relaxed);
        until("it is ready", || admin.says(&get("/readyz")).0 == 200);
    }
}

#[test]
fn a_drain_that_an_operator_began_is_not_cut_by_the_platform() {
    let _alone = alone();
    let (service, go) = Service::on_command();
    let mut gateway = Instance::start_with(&config(&service, ""));
    let operator = Admin::of(&mut gateway, "operator");
    let mut client = gateway.connect();
    client.send(get("/x"));
    service.received(1);
    let (status, _) =
        operator.says("POST /drain HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(status, 202);
    gateway.logged("an operator asks to stop");
    gateway.signal("TERM");
    gateway.logged("SIGTERM asks to stop");
    go.send(()).unwrap();
    let answer = client.response();
    assert_eq!((answer.status(), answer.text()), (200, "done"));
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn a_pipe_in_place_of_its_file_keeps_it_from_nothing() {
    let _alone = alone();
    let service = Service::hello();
    let mut gateway = Instance::start_with(&config(&service, ""));
    let admin = Admin::of(&mut gateway, "admin");
    let pipe = gateway.place.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    std::fs::rename(pipe, gateway.place.config()).unwrap();
    gateway.signal("HUP");
    gateway.logged("configuration refused");
    assert_eq!(admin.says(&get("/livez")).0, 200);
    assert_eq!(gateway.get("/x").status(), 200);
    gateway.signal("TERM");
    assert_eq!(gateway.wait().code(), Some(0));
}

#[test]
fn two_different_signals_are_two_at_once_too() {
    let _alone = alone();
    let service = Service::start(|mut conn| {
        conn.request();
        conn.stall(crate::support::PATIENCE);
    });
    let mut gateway = Instance::start_with(&config(&service, ""));
    let mut client = gateway.connect();
    client.send(get("/x"));
    service.received(1);
    signal(gateway.first(), "TERM");
    signal(gateway.first(), "INT");
    assert_eq!(gateway.wait().code(), Some(1));
}
