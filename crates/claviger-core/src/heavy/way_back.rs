//! How results come back to the tasks that wait for them.
//!
//! To wake a thread is a system call, and its processor changes threads for it and back. So of several results for tasks of one
//! thread, the first alone wakes it and brings the others along. Its task hands them over there, which takes no system call, before
//! it goes on itself: the calls walk on in step.

use std::mem;

use tokio::sync::oneshot;

use crate::error::{self, Error};

/// The result of work that is done, to be given back with others.
pub(super) type Finished = Box<dyn FnOnce(Companions) + Send>;

/// Results that are handed over when this is dropped: so also where the task that was to do it has gone.
#[derive(Default)]
pub(super) struct Companions(Vec<Finished>);

impl Drop for Companions {
    fn drop(&mut self) {
        for finished in mem::take(&mut self.0) {
            finished(Self::default());
        }
    }
}

/// What wraps a result up for its way, and what waits for it.
pub(super) fn way_back<T: Send + 'static>() -> (
    impl FnOnce(T) -> Finished + Send,
    impl Future<Output = Result<T, Error>>,
) {
    let (sender, receiver) = oneshot::channel();
    let finish = |result| -> Finished {
        // Nobody waits any more: the result is dropped, its companions go on.
        Box::new(move |companions| drop(sender.send((result, companions))))
    };
    let wait = async {
        let (result, companions): (T, Companions) = receiver.await.map_err(error::internal)?;
        drop(companions);
        Ok(result)
    };
    (finish, wait)
}

/// Gives back results of tasks that all run on one thread.
pub(super) fn give_back(finished: Vec<Finished>) {
    let mut finished = finished.into_iter();
    if let Some(first) = finished.next() {
        first(Companions(finished.collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_has_gone_keeps_nothing_back() {
        let (first, gone) = way_back();
        let (second, gone_later) = way_back();
        let (third, waiting) = way_back();
        drop(gone);
        give_back(vec![first(1), second(2), third(3)]);
        assert_eq!(waiting.await.unwrap(), 3);
        let (fourth, waiting) = way_back();
        let (fifth, last) = way_back();
        drop(gone_later);
        give_back(vec![fourth(4), fifth(5)]);
        drop(waiting);
        assert_eq!(last.await.unwrap(), 5);
    }

    #[tokio::test]
    async fn what_never_comes_is_an_error() {
        let (finish, waiting) = way_back::<()>();
        drop(finish);
        assert!(waiting.await.is_err());
    }
}
