//! The load generator: keeps a number of connections busy with one prepared request, one call at a time on each.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use crate::servers::{Target, processor_time_us};

/// What one round gave.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Figures {
    /// Requests per second.
    pub(crate) rate: f64,
    /// The time that half of the requests stayed below, in microseconds.
    pub(crate) p50_us: f64,
    /// The time that 99 of 100 requests stayed below, in microseconds.
    pub(crate) p99_us: f64,
    /// The server's processor time for one request, in microseconds.
    pub(crate) processor_us: f64,
}

impl Figures {
    /// The median of each figure by itself.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            rate: of(|figures| figures.rate),
            p50_us: of(|figures| figures.p50_us),
            p99_us: of(|figures| figures.p99_us),
            processor_us: of(|figures| figures.processor_us),
        }
    }
}

/// The middle one, of at least one.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// One round: warms up briefly, then counts.
pub(crate) fn run(target: &Target, connections: usize, length: Duration) -> Figures {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let request = (target.request)();
    let drive = |length| runtime.block_on(drive(target, &request, connections, length));
    drive(length.min(WARM_UP_AT_MOST));
    let (processor_before, started) = (processor_time_us(target.process), Instant::now());
    let mut times = drive(length);
    let elapsed = started.elapsed();
    let processor = processor_time_us(target.process) - processor_before;
    times.sort_unstable();
    let count = times.len().max(1) as f64;
    Figures {
        rate: count / elapsed.as_secs_f64(),
        p50_us: percentile(&times, 50),
        p99_us: percentile(&times, 99),
        processor_us: processor / count,
    }
}

/// Every request's time in nanoseconds.
async fn drive(
    target: &Target<'_>,
    request: &[u8],
    connections: usize,
    length: Duration,
) -> Vec<u64> {
    let local = tokio::task::LocalSet::new();
    let deadline = Instant::now() + length;
    let mut running = Vec::new();
    for _ in 0..connections {
        let (address, request) = (target.address, request.to_vec());
        running.push(local.spawn_local(async move {
            let mut connection = Connection::open(address).await;
            let mut times = Vec::new();
            while Instant::now() < deadline {
                let started = Instant::now();
                connection.call(&request).await;
                times.push(started.elapsed().as_nanos() as u64);
            }
            times
        }));
    }
    local.await;
    let mut times = Vec::new();
    for task in running {
        times.extend(task.await.expect("a connection"));
    }
    times
}

/// A kept connection.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("a socket");
        Self {
            stream,
            buffer: Vec::with_capacity(16 * 1024),
        }
    }

    /// One request and its whole answer, which must be a success.
    async fn call(&mut self, request: &[u8]) {
        self.stream
            .write_all(request)
            .await
            .expect("an open connection");
        self.buffer.clear();
        loop {
            let read = self
                .stream
                .read_buf(&mut self.buffer)
                .await
                .expect("an open connection");
            assert!(read > 0, "the server closed the connection");
            if self.is_whole() {
                return;
            }
        }
    }

    fn is_whole(&self) -> bool {
        let Some(head) = self
            .buffer
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        else {
            return false;
        };
        let text = std::str::from_utf8(&self.buffer[..head]).expect("a head of text");
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().expect("a length"))
        });
        let whole = self.buffer.len() >= head + 4 + length.expect("a length");
        let refused = whole && !text.starts_with("HTTP/1.1 200");
        assert!(
            !refused,
            "refused: {}",
            String::from_utf8_lossy(&self.buffer)
        );
        whole
    }
}

/// In microseconds, of sorted nanoseconds.
fn percentile(times: &[u64], percent: usize) -> f64 {
    let index = times.len() * percent / 100;
    times
        .get(index.min(times.len().saturating_sub(1)))
        .map_or(0.0, |nanoseconds| *nanoseconds as f64 / 1000.0)
}

const WARM_UP_AT_MOST: Duration = Duration::from_millis(200);
