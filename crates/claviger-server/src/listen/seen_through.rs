//! What runs to its end although the client hangs up.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{runtime::Handle, sync::OwnedSemaphorePermit};

use super::service::Pending;

/// The call, as its connection waits for it. A change must not stop half-way, and no call may slip away without its audit event:
/// when the connection goes first, the rest runs as a task of its own.
pub(super) struct SeenThrough<'c, T: Send + 'static> {
    /// None while it is polled, and once it is over.
    call: Option<Pending<T>>,
    slot: &'c Arc<OwnedSemaphorePermit>,
}

impl<'c, T: Send> SeenThrough<'c, T> {
    /// The slot is the connection's, and kept for as long as the call runs.
    pub(super) fn new(call: Pending<T>, slot: &'c Arc<OwnedSemaphorePermit>) -> Self {
        Self {
            call: Some(call),
            slot,
        }
    }
}

impl<T: Send> Future for SeenThrough<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Taken out meanwhile: one that panics must not go on as a task.
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

impl<T: Send + 'static> Drop for SeenThrough<'_, T> {
    /// Outside a runtime there is nothing to run it on.
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

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin};

    use tokio::sync::{Semaphore, oneshot};

    use super::*;

    #[tokio::test]
    async fn a_call_whose_connection_goes_runs_to_its_end_and_keeps_the_slot_until_then() {
        let slots = Arc::new(Semaphore::new(1));
        let slot = Arc::new(Arc::clone(&slots).try_acquire_owned().unwrap());
        let (release, released) = oneshot::channel::<()>();
        let (over, ended) = oneshot::channel::<()>();
        let call: Pending<()> = Box::pin(async move {
            released.await.unwrap();
            over.send(()).unwrap();
        });
        {
            let mut call = pin!(SeenThrough::new(call, &slot));
            let pending = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending()));
            assert!(pending.await);
        }
        drop(slot);
        assert_eq!(slots.available_permits(), 0);
        release.send(()).unwrap();
        ended.await.unwrap();
        let _free = slots.acquire().await.unwrap();
    }
}
