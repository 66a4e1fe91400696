//! When this side ends a connection: at shutdown, and when no request comes.
//!
//! A task beside each connection looks at it now and then, so that a request arms no timer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    sync::{oneshot, watch},
    time::sleep,
};

/// Why a connection is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The service shuts down; what has begun is finished.
    Shutdown,
    /// The next head did not come, or not whole.
    NoHead,
}

impl End {
    /// For how long nothing must happen on a connection before it is cut. A request that is worked on is always finished.
    pub(super) fn patience(self) -> Duration {
        match self {
            // A head on its way, an answer that is not yet taken.
            Self::Shutdown => Duration::from_secs(2),
            // That much has been waited for already.
            Self::NoHead => Duration::from_millis(20),
        }
    }
}

/// The beginnings and ends of a connection's requests, and of its handshake, counted: odd while one is worked on.
#[derive(Debug, Default)]
pub(super) struct Turns(AtomicU64);

/// A request that is worked on, until this is dropped.
pub(super) struct Turn<'t>(&'t Turns);

/// Tells when and why the connection of these `turns` is to end, unless it is over before.
///
/// A head is missed after `head_timeout`, or up to a quarter of it later.
pub(super) async fn watch(
    turns: Arc<Turns>,
    head_timeout: Duration,
    mut shutdown: watch::Receiver<bool>,
    mut end: oneshot::Sender<End>,
) {
    let why = tokio::select! {
        () = end.closed() => return,
        _ = shutdown.changed() => End::Shutdown,
        () = turns.none_for(head_timeout) => End::NoHead,
    };
    let _ = end.send(why);
}

impl Turns {
    pub(super) fn begin(&self) -> Turn<'_> {
        self.0.fetch_add(1, Relaxed);
        Turn(self)
    }

    /// Ready once none was worked on for so long, or up to a quarter of it longer: time to take the last answer, too.
    pub(super) async fn none_for(&self, at_most: Duration) {
        let mut seen = self.0.load(Relaxed);
        let mut quiet_looks = 0;
        while quiet_looks < LOOKS {
            sleep(at_most / LOOKS).await;
            let now = self.0.load(Relaxed);
            let quiet = now == seen && !is_at_work(now);
            quiet_looks = if quiet { quiet_looks + 1 } else { 0 };
            seen = now;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Relaxed);
    }
}

fn is_at_work(count: u64) -> bool {
    count % 2 == 1
}

/// How often a connection is looked at while a head may take its time.
const LOOKS: u32 = 4;

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, advance};

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(60);

    /// What a watched connection is told, and after how many seconds.
    fn told(turns: &Arc<Turns>) -> impl Future<Output = (End, u64)> + use<> {
        let (end, told) = oneshot::channel();
        let (shutdown, shutting_down) = watch::channel(false);
        tokio::spawn(watch(Arc::clone(turns), TIMEOUT, shutting_down, end));
        let begun = Instant::now();
        async move {
            let why = told.await.unwrap();
            drop(shutdown);
            (why, begun.elapsed().as_secs())
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_never_comes_is_missed_in_time() {
        assert_eq!(told(&Arc::default()).await, (End::NoHead, 60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_worked_on_is_not_cut() {
        let turns = Arc::<Turns>::default();
        let told = told(&turns);
        let turn = turns.begin();
        advance(TIMEOUT * 100).await;
        drop(turn);
        assert!(!is_at_work(turns.0.load(Relaxed)));
        let (why, seconds) = told.await;
        assert_eq!(why, End::NoHead);
        assert!((6060..=6075).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn each_request_gives_the_next_its_time() {
        let turns = Arc::<Turns>::default();
        let told = told(&turns);
        for _ in 0..10 {
            sleep(TIMEOUT * 9 / 10).await;
            drop(turns.begin());
        }
        let (why, seconds) = told.await;
        assert_eq!(why, End::NoHead);
        assert!((600..=615).contains(&seconds), "{seconds}");
    }

    #[tokio::test(start_paused = true)]
    async fn shutdown_is_told_at_once_and_a_connection_that_is_over_is_left_alone() {
        let (end, told) = oneshot::channel();
        let (shutdown, shutting_down) = watch::channel(false);
        let over = Arc::<Turns>::default();
        let (gone, _) = oneshot::channel();
        let left_alone = tokio::spawn(watch(over, TIMEOUT, shutting_down.clone(), gone));
        tokio::spawn(watch(Arc::default(), TIMEOUT, shutting_down, end));
        left_alone.await.unwrap();
        shutdown.send_replace(true);
        let begun = Instant::now();
        assert_eq!(told.await, Ok(End::Shutdown));
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
