//! Answers to clients of HTTP/1.0, which know no chunks.
//!
//! Where a service of HTTP/2 names no length, `h2_response_filter` of Pingora's proxy_h2.rs
//! says after our filter that the body is chunked, whatever the client's version. A module
//! comes after it.

use std::any::Any;

use async_trait::async_trait;
use http::header::TRANSFER_ENCODING;
use pingora_core::Result;
use pingora_core::modules::http::{
    HttpModule, HttpModuleBuilder, HttpModuleCtx, HttpModules, Module,
};
use pingora_http::ResponseHeader;

/// For a session whose answer the end of the connection ends. Any other does without: each
/// module costs each request.
pub(super) fn unchunked() -> HttpModuleCtx {
    let mut modules = HttpModules::new();
    modules.add_module(Box::new(Unchunked));
    modules.build_ctx()
}

struct Unchunked;

impl HttpModuleBuilder for Unchunked {
    fn init(&self) -> Module {
        Box::new(Self)
    }
}

#[async_trait]
impl HttpModule for Unchunked {
    async fn response_header_filter(
        &mut self,
        response: &mut ResponseHeader,
        _end_of_stream: bool,
    ) -> Result<()> {
        response.remove_header(&TRANSFER_ENCODING);
        Ok(())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
}
