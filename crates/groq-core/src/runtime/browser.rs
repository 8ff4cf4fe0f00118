//! Time and chance in a browser, or whatever else runs JavaScript.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::oneshot;
use wasm_bindgen_futures::spawn_local;

use super::{Instant, Purpose, Runtime, Sleep};

/// The timers, the clocks and the randomness of JavaScript.
#[derive(Clone, Copy, Debug, Default)]
pub struct BrowserRuntime;

impl Runtime for BrowserRuntime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        let since = Duration::try_from_secs_f64(js_sys::Date::now() / 1000.0);
        UNIX_EPOCH + since.unwrap_or_default()
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn sleep(&self, duration: Duration, _purpose: Purpose) -> Sleep {
        // What belongs to JavaScript stays on its task; all else may be sent.
        let (mut over, wait) = oneshot::channel();
        spawn_local(async move {
            if unless(over.closed(), timer(duration)).await.is_some() {
                let _ = over.send(());
            }
        });
        Box::pin(async move {
            let _ = wait.await;
        })
    }
}

/// Sleeps however long: a timer of JavaScript lasts 24 days at most.
async fn timer(mut left: Duration) {
    const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);
    while left > LONGEST {
        gloo_timers::future::sleep(LONGEST).await;
        left -= LONGEST;
    }
    // It counts whole milliseconds, and must not go off early.
    gloo_timers::future::sleep(left.saturating_add(Duration::from_micros(999))).await;
}

/// The output of a future, unless another one is ready first.
pub(crate) async fn unless<T>(
    gone: impl Future<Output = ()>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let (mut gone, mut future) = (std::pin::pin!(gone), std::pin::pin!(future));
    std::future::poll_fn(|context| {
        if gone.as_mut().poll(context).is_ready() {
            return std::task::Poll::Ready(None);
        }
        future.as_mut().poll(context).map(Some)
    })
    .await
}

pub(crate) fn random_bits() -> u64 {
    let half = || {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a whole number of 32 bits"
        )]
        let bits = (js_sys::Math::random() * 4_294_967_296.0) as u64;
        bits
    };
    half() << 32 | half()
}
