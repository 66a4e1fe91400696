//! How the calls of one thread walk.

use futures_lite::future::yield_now;

/// Lets every task of this thread go first that is ready by now.
///
/// So the calls of one turn walk in step: each does the next piece of its work before any begins with the piece after that, and
/// what one has fetched into the processor's cache serves them all. Nearly all code of a call is executed once.
pub async fn in_step() {
    // Not tokio's own, which would ask the kernel for news first.
    yield_now().await;
}
