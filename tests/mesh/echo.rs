//! A service: answers every request with what arrived. Can be killed and restarted.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::Request;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::place::Place;
use crate::support::eventually;

pub struct Echo {
    name: &'static str,
    place: Place,
    at: SocketAddr,
    /// Everything of the service lives in here and dies with it, connections too.
    running: Option<Runtime>,
}

impl Echo {
    pub fn start(name: &'static str, place: &Place, at: SocketAddr) -> Self {
        let mut echo = Self {
            name,
            place: place.clone(),
            at,
            running: None,
        };
        echo.restart();
        echo
    }

    pub fn kill(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }

    pub fn restart(&mut self) {
        self.kill();
        let listener = eventually("the service's address is free", || {
            self.place.listen(self.at).ok()
        });
        listener.set_nonblocking(true).unwrap();
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let name = self.name;
        let app =
            Router::new().fallback(async move |request: Request| Json(describe(name, &request)));
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app).await
        });
        self.running = Some(runtime);
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.kill();
    }
}

fn describe(service: &str, request: &Request) -> Value {
    let headers: Map<String, Value> = request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), Value::from(value))
        })
        .collect();
    json!({
        "service": service,
        "method": request.method().as_str(),
        "path": request.uri().path_and_query().map(|path| path.as_str()),
        "host": headers.get("host"),
        "headers": headers,
    })
}
