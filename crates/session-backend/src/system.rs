//! The topic `system`: once in a while, what the host and this process are doing.
//!
//! Invariants: every number is measured, and what cannot be measured here is `null`; the host's are
//! of the server that publishes, the counted ones are sums over all servers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use sysinfo::{
    CpuRefreshKind, MemoryRefreshKind, Networks, Pid, ProcessRefreshKind, ProcessesToUpdate,
    RefreshKind, System,
};

use crate::{Moment, app::App, store::StoreError};

/// A server that has not counted for this long counts nothing.
const TERM: Duration = Duration::from_secs(5);

/// Name of the topic.
pub(crate) const TOPIC: &str = "system";

/// Samples the host; rates are over the time since the sample before.
pub(crate) struct Sampler {
    system: System,
    networks: Networks,
    process: Option<Pid>,
    sampled_at: Instant,
    requests: u64,
    refreshes: u64,
}

impl Sampler {
    pub(crate) fn new() -> Self {
        let kind = RefreshKind::nothing()
            .with_cpu(CpuRefreshKind::nothing().with_cpu_usage())
            .with_memory(MemoryRefreshKind::nothing().with_ram());
        Self {
            system: System::new_with_specifics(kind),
            networks: Networks::new_with_refreshed_list(),
            process: sysinfo::get_current_pid().ok(),
            sampled_at: Instant::now(),
            requests: 0,
            refreshes: 0,
        }
    }

    /// Takes a sample, and publishes it if it is this server's turn.
    pub(crate) async fn sample(&mut self, app: &Arc<App>, publishes: bool) {
        let elapsed = self.sampled_at.elapsed().as_secs_f64().max(0.001);
        self.sampled_at = Instant::now();
        let mut payload = self.host(elapsed);
        let Ok([sockets, requests, refreshes, sent]) = sums(app).await else {
            return;
        };
        let active_sessions = app.store.count_living(Moment::now()).await.ok();
        payload["openSockets"] = sockets.into();
        payload["activeSessions"] = active_sessions.into();
        payload["requestsPerSecond"] = rate(requests.saturating_sub(self.requests), elapsed);
        payload["refreshesPerSecond"] = rate(refreshes.saturating_sub(self.refreshes), elapsed);
        payload["refreshesTotal"] = refreshes.into();
        payload["messagesSentTotal"] = sent.into();
        payload["publishedAt"] = Moment::now().0.into();
        (self.requests, self.refreshes) = (requests, refreshes);
        if publishes && let Err(error) = app.store.update(TOPIC, payload).await {
            tracing::debug!(%error, "a sample is lost");
        }
    }

    fn host(&mut self, elapsed: f64) -> Value {
        self.system.refresh_cpu_usage();
        self.system.refresh_memory();
        self.networks.refresh(true);
        let cores = self.system.cpus().len();
        let total = self.system.total_memory();
        let known = |value: Value| if total == 0 { Value::Null } else { value };
        let load = System::load_average();
        let (mut received, mut sent) = (0, 0);
        for (name, network) in &self.networks {
            if name != "lo" {
                received += network.received();
                sent += network.transmitted();
            }
        }
        let (process_cpu, process_memory) = self.process_usage(cores);
        json!({
            "cpu": known(fraction(self.system.global_cpu_usage())),
            "load1": known(load.one.into()),
            "load5": known(load.five.into()),
            "load15": known(load.fifteen.into()),
            "memoryUsedBytes": known(self.system.used_memory().into()),
            "memoryTotalBytes": known(total.into()),
            "networkReceivedBytesPerSecond": known(rate(received, elapsed)),
            "networkSentBytesPerSecond": known(rate(sent, elapsed)),
            "processCpu": process_cpu,
            "processMemoryBytes": process_memory,
        })
    }

    /// Returns the process's share of all cores, and its memory.
    fn process_usage(&mut self, cores: usize) -> (Value, Value) {
        let Some(id) = self.process else {
            return (Value::Null, Value::Null);
        };
        let kind = ProcessRefreshKind::nothing().with_cpu().with_memory();
        let only = [id];
        self.system
            .refresh_processes_specifics(ProcessesToUpdate::Some(&only), false, kind);
        match self.system.process(id) {
            None => (Value::Null, Value::Null),
            Some(process) => {
                #[expect(clippy::cast_precision_loss, reason = "no host has 2^24 cores")]
                let cores = cores.max(1) as f32;
                (
                    fraction(process.cpu_usage() / cores),
                    process.memory().into(),
                )
            }
        }
    }
}

/// Sockets, requests, refreshes and sent messages of all servers.
async fn sums(app: &App) -> Result<[u64; 4], StoreError> {
    let own = [
        app.hub.count() as u64,
        app.metrics.requests.value(),
        app.metrics.refreshes.value(),
        app.metrics.messages_sent.value(),
    ];
    let sums = app.store.sum(&app.server, &own, TERM).await?;
    Ok(sums.try_into().unwrap_or(own))
}

/// Brings a percentage into 0 to 1.
fn fraction(percent: f32) -> Value {
    (f64::from(percent) / 100.0).clamp(0.0, 1.0).into()
}

#[expect(clippy::cast_precision_loss, reason = "a rate is read by people")]
fn rate(count: u64, elapsed: f64) -> Value {
    (count as f64 / elapsed).into()
}
