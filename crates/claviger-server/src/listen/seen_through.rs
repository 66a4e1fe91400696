//! A call that runs to its end although the client hangs up.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use claviger_core::call::Answer;
use tokio::{runtime::Handle, sync::OwnedSemaphorePermit};

use super::service::Pending;

/// The call, as its connection waits for it. A change must not stop half-way, and no call may slip away without its audit event:
/// when the connection goes first, the rest runs as a task of its own.
pub(super) struct SeenThrough<'c> {
    /// None once it is answered.
    call: Option<Pending<Answer>>,
    slot: &'c Arc<OwnedSemaphorePermit>,
}

impl<'c> SeenThrough<'c> {
    /// The slot is the connection's, and kept for as long as the call runs.
    pub(super) fn new(call: Pending<Answer>, slot: &'c Arc<OwnedSemaphorePermit>) -> Self {
        Self {
            call: Some(call),
            slot,
        }
    }
}

impl Future for SeenThrough<'_> {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Answer> {
        // Taken out meanwhile: a call that panics is at its end, too.
        let Some(mut call) = self.call.take() else {
            return Poll::Pending;
        };
        let answer = call.as_mut().poll(cx);
        if answer.is_pending() {
            self.call = Some(call);
        }
        answer
    }
}

impl Drop for SeenThrough<'_> {
    fn drop(&mut self) {
        if let (Some(call), Ok(runtime)) = (self.call.take(), Handle::try_current()) {
            let slot = Arc::clone(self.slot);
            runtime.spawn(async move {
                let _nobody_asks = call.await;
                drop(slot);
            });
        }
    }
}
