//! Measures scenarios in processes of their own, and writes the table.

use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Work;

/// What one repetition costs.
#[derive(Clone, Copy)]
struct Cost {
    /// As callgrind counts them.
    instructions: f64,
    /// Reallocations included.
    allocations: f64,
    /// Without callgrind.
    nanoseconds: f64,
}

/// Measures the clients that can do some work, and prints a table with the first client as the unit.
///
/// # Panics
///
/// If a measurement fails.
pub fn print(works: &[Work], clients: &[&str]) {
    let server = start_server();
    println!("| work | client | instructions | of the first | allocations | CPU ns |");
    println!("|---|---|--:|--:|--:|--:|");
    for &work in works {
        let mut unit = None;
        // What a request costs is measured against reqwest.
        let mut clients = clients.to_vec();
        clients.sort_by_key(|client| work == Work::Request && *client != "reqwest");
        for client in clients {
            let Some(cost) = measure(client, work, &server.url) else {
                continue;
            };
            let unit: Cost = *unit.get_or_insert(cost);
            println!(
                "| {} | {client} | {:.0} | {:.2} | {:.2} | {:.0} |",
                work.name(),
                cost.instructions,
                cost.instructions / unit.instructions,
                cost.allocations,
                cost.nanoseconds
            );
        }
    }
}

/// A server in another process; it ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn start_server() -> Server {
    let mut process = Command::new(env::current_exe().expect("this program"))
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()
        .expect("a server");
    let mut url = String::new();
    BufReader::new(process.stdout.take().expect("its output"))
        .read_line(&mut url)
        .expect("its URL");
    Server {
        process,
        url: url.trim().to_owned(),
    }
}

/// The cost of one repetition: the difference between `2n` and `n`. `None` if the client does not do this.
fn measure(client: &str, work: Work, server: &str) -> Option<Cost> {
    let n = work.repetitions();
    let once = total(client, work, n, server)?;
    let twice = total(client, work, 2 * n, server)?;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    let n = n as f64;
    Some(Cost {
        instructions: (twice.instructions - once.instructions) / n,
        allocations: (twice.allocations - once.allocations) / n,
        nanoseconds: (twice.nanoseconds - once.nanoseconds) / n,
    })
}

fn total(client: &str, work: Work, n: usize, server: &str) -> Option<Cost> {
    let (work, n) = (work.name(), n.to_string());
    let arguments = ["run", client, &work, &n, server];
    let [allocations, nanoseconds] = numbers(&arguments)?;
    Some(Cost {
        instructions: instructions(&arguments)?,
        allocations,
        nanoseconds,
    })
}

/// The two numbers that this program prints first, called so in a process of its own.
pub(crate) fn numbers(arguments: &[&str]) -> Option<[f64; 2]> {
    let program = env::current_exe().expect("this program");
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    Some([numbers.next()?, numbers.next()?])
}

/// The instructions of this program, called so, in user space.
pub(crate) fn instructions(arguments: &[&str]) -> Option<f64> {
    let grind = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().expect("this program"))
        .args(arguments)
        .output()
        .expect("valgrind");
    let report = String::from_utf8_lossy(&grind.stderr).into_owned();
    let mut lines = report.lines();
    lines.find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok())
}

/// Measures how long events take from the server's write to the item, the clients in turns, and prints the median of the turns.
///
/// # Panics
///
/// If a measurement fails.
pub fn latency(clients: &[&str]) {
    const TURNS: usize = 9;
    let server = start_server();
    let mut all = vec![Vec::new(); clients.len()];
    for _ in 0..TURNS {
        for (client, all) in clients.iter().zip(&mut all) {
            all.extend(numbers(&["latency-of", client, &server.url]));
        }
    }
    println!("| client | median | 99 % stay below |");
    println!("|---|--:|--:|");
    for (client, turns) in clients
        .iter()
        .zip(all)
        .filter(|(_, turns)| !turns.is_empty())
    {
        let median = |which: usize| median(turns.iter().map(|turn: &[f64; 2]| turn[which])) / 1e3;
        println!("| {client} | {:.0} µs | {:.0} µs |", median(0), median(1));
    }
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}
