//! The head of a request as its service gets it.

use http::{Version, header};
use pingora_core::Result;

use super::wanted::Wanted;
use crate::fields::{Edit, Edits, Spelling};
use crate::proxy::ctx::Ctx;
use crate::proxy::headers;
use crate::proxy::request::{self, Came};
use crate::proxy::snapshot::Host;
use crate::proxy::tries::bug;

/// Room for what the gateway adds to a head.
const ADDED: usize = 256;

/// The whole head.
///
/// # Errors
/// Those that only a bug can cause.
pub(super) fn head(wanted: &Wanted<'_>, ctx: &Ctx) -> Result<Vec<u8>> {
    let (Some(client), Some(id)) = (ctx.client, &ctx.request_id) else {
        return Err(bug("the client is unknown"));
    };
    let (snapshot, route) = (&ctx.snapshot, wanted.choice.route);
    let fields = Edits::of(wanted.fields);
    let mut fields = fields.ok_or_else(|| bug("more fields than fit"))?;
    fields.remove(&header::CONNECTION);
    request::distrust(&mut fields, client.trusted);
    if let Some(rules) = snapshot.request_headers(route) {
        headers::change_request(&mut fields, rules);
    }
    let came = Came {
        version: Version::HTTP_11,
        host: Some(wanted.host),
        trailers: false,
    };
    request::forward(&mut fields, &came, client, id)?;
    fields.remove(&header::HOST);
    let host = match snapshot.host(route) {
        Some(Host::Literal(host)) => host.as_bytes(),
        Some(Host::Preserve { .. }) | None => wanted.host,
    };
    let table = &snapshot.table;
    let target = table.upstream_target(wanted.choice, &wanted.path, wanted.query);

    let mut head = Vec::with_capacity(ctx.head.len() + target.len() + ADDED);
    for part in [
        wanted.method.as_str().as_bytes(),
        b" ",
        &target,
        b" HTTP/1.1\r\nHost: ",
        host,
        b"\r\n",
    ] {
        head.extend_from_slice(part);
    }
    fields.write(Spelling::Ours, &mut head);
    head.extend_from_slice(b"\r\n");
    Ok(head)
}
