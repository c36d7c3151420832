//! A service that answers as the row says whose number is in the path.

use std::sync::Arc;

use super::row::{Closes, Row};
use crate::canary;
use crate::support::{Conn, Service};

/// Paths are `/row/NUMBER/DRIBBLE/WORD`, or `/good/WORD`.
pub fn start(table: Arc<Vec<Row>>) -> Service {
    Service::start(move |mut conn| {
        while let Some(head) = conn.request_head() {
            let words: Vec<&str> = head.second().split('/').collect();
            let row = match words.as_slice() {
                ["", "row", number, ..] => &table[number.parse::<usize>().unwrap()],
                _ => {
                    let answer = good(words.last().unwrap());
                    if conn.try_send(answer).is_err() {
                        return;
                    }
                    continue;
                }
            };
            let answer = canary::place(&row.answer, words.last().unwrap());
            say(&mut conn, &answer, words[3] == "dribble");
            match row.closes {
                Closes::No => {}
                Closes::Yes => return,
                Closes::ByReset => return conn.into_wire().reset(),
            }
        }
    })
}

/// Says whose request it answers.
fn good(word: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nX-Canary: {word}\r\nContent-Length: 4\r\n\r\ngood")
}

/// The gateway may have had enough at any byte.
fn say(conn: &mut Conn, answer: &[u8], dribble: bool) {
    let size = if dribble { 1 } else { answer.len().max(1) };
    for part in answer.chunks(size) {
        if conn.try_send(part).is_err() {
            return;
        }
    }
}
