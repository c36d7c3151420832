//! Requests for a route that each table answers in its own way, and none in a mixture.

use super::client::Client;
use super::http1::{Fault, check};
use super::kept::Kept;
use super::plan::Plan;

/// What one table makes of a request: it sets all of these, or another table does.
pub struct Table {
    pub name: &'static str,
    host: Option<&'static str>,
}

pub const TABLES: [Table; 2] = [
    Table {
        name: "a",
        host: None,
    },
    Table {
        name: "b",
        host: Some("other.example"),
    },
];

impl Table {
    pub fn of(&self, plan: &Plan) -> Plan {
        let name = self.name;
        let service = self.host.map_or("svc", |_| "other");
        plan.clone().route(&format!(
            "name: flip, match: {{ path: {{ prefix: /Flip }} }}, \
             rewrite: {{ replace_prefix: /{name} }}, \
             request_headers: {{ set: {{ X-Table: {name} }} }}, \
             response_headers: {{ set: {{ X-Table: {name} }} }}, service: {service}"
        ))
    }
}

pub async fn run(mut client: Client, service: String) {
    let mut kept = Kept::default();
    while client.keep_pace().await {
        client.record(once(&client, &mut kept, &service)).await;
    }
}

async fn once(client: &Client, kept: &mut Kept, service: &str) -> Result<(), Fault> {
    let ask = client.ask("GET", Vec::new());
    let mut http = kept.take(client).await?;
    http.send(ask.text("")).await?;
    let head = http.answer().await?;
    let body = http.body(&head).await?;
    let named = head.get("x-table");
    let table = TABLES.iter().find(|table| Some(table.name) == named);
    let Some(table) = table else {
        return Err(Fault(format!("no table: {named:?} {}", head.start)));
    };
    let path = ask.path.replace("/Flip", &format!("/{}", table.name));
    let rest = ask.verify_at(&path, head.status(), head.get("x-id"), &body)?;
    let expected = format!("{} {}\n", table.host.unwrap_or(service), table.name);
    check(rest == expected, || format!("{rest:?} in {}", table.name))?;
    kept.put(http, &head, client);
    Ok(())
}
