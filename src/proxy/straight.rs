//! The straight way to a service, for most requests.
//!
//! Pingora parses each head into maps, carries every request as two tasks with a pipe for
//! either direction between them, and writes its heads from maps again. Most requests need
//! none of that: the guard has read and checked their head, and all but a few fields of it
//! pass as they came. What a request may ask for beyond that is Pingora's: [`wanted`] tells.
//!
//! It is the same gateway: which route, which headers, which deadlines, how many tries and
//! what is told of the end are asked of the same functions as Pingora's phases ask.

mod answer;
mod body;
mod exchange;
mod failed;
#[doc(hidden)]
pub mod fuzzing;
mod reply;
mod sent;
mod service;
mod wanted;

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::net::TcpStream;

use self::wanted::Wanted;
use super::ctx::Ctx;
use super::snapshot::Snapshot;
use crate::guard::{ClientSide, Incoming, Served, StraightWay};
use crate::upstream::Pool;

/// What serves requests without Pingora.
pub struct Straight {
    snapshot: Arc<ArcSwap<Snapshot>>,
    pool: Pool<TcpStream>,
}

impl Straight {
    /// Serves by what is in there when a request comes, with so many workers.
    #[must_use]
    pub fn new(snapshot: Arc<ArcSwap<Snapshot>>, workers: usize) -> Self {
        Self {
            snapshot,
            pool: Pool::new(workers),
        }
    }
}

impl StraightWay for Straight {
    fn begin<'a>(&'a self, request: Incoming<'a>) -> Option<Served<'a>> {
        let (wanted, ctx) = Wanted::of(&request, &self.snapshot)?;
        // Only a request in progress needs the room.
        Some(Box::pin(self.serve(wanted, ctx, request.client())))
    }
}

impl Straight {
    /// Whether the connection may carry another request.
    async fn serve(&self, wanted: Wanted<'_>, mut ctx: Ctx, mut client: ClientSide<'_>) -> bool {
        let mut reply = reply::Reply::new(wanted.is_last);
        let answered = self
            .answer(&wanted, &mut ctx, &mut client, &mut reply)
            .await;
        if let Err(error) = &answered {
            failed::give_up(&wanted, &mut ctx, &mut client, &mut reply, error).await;
        }
        ctx.told = true;
        ctx.ended_straight(&wanted, &reply);
        answered.is_ok() && reply.keeps_client()
    }
}
