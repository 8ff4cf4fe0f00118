//! From an answer and its faults to the steps that a connection takes, without a socket or a clock.

mod head;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use self::head::Length;
use super::Fault;
use crate::response::{Body, Frames, Live, Response};

const PING: &[u8] = b": ping\n\n";

/// What a connection does next.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    Write(Bytes),
    Sleep(Duration),
    /// Waits until this long after the first such step.
    Until(Duration),
    /// Resets the connection.
    Reset,
    /// Closes the connection.
    Close,
}

/// How the client wants its answer, and whether it may send another request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    /// HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
    pub(crate) chunked: bool,
    pub(crate) keep_alive: bool,
    /// The answer to HEAD has headers only.
    pub(crate) head_only: bool,
}

/// The steps of one answer, made one at a time so that a long stream is never in memory.
pub(crate) struct Plan {
    steps: VecDeque<Step>,
    source: Source,
    faults: Arc<[Fault]>,
    framing: Framing,
    chunked: bool,
    events: usize,
    bytes: usize,
    /// Byte faults before this place have happened.
    passed: usize,
    pace: Duration,
    paced: u32,
    finished: bool,
    held: BytesMut,
}

enum Source {
    Frames(Frames),
    Live(Live),
    Whole(Option<Bytes>),
}

/// What a fault of one kind says, if the reply has one.
macro_rules! fault {
    ($plan:expr, $pattern:pat => $value:expr) => {
        $plan.faults.iter().find_map(|fault| match fault {
            $pattern => Some($value),
            _ => None,
        })
    };
}

impl Plan {
    pub(crate) fn new(mut response: Response, faults: Vec<Fault>, framing: Framing) -> Self {
        let mut steps = VecDeque::new();
        let delay = faults.iter().fold(response.wait, |sum, fault| match fault {
            Fault::Delay(delay) => sum.saturating_add(*delay),
            _ => sum,
        });
        if !delay.is_zero() {
            steps.push_back(Step::Sleep(delay));
        }
        let mut plan = Self {
            steps,
            source: Source::Whole(None),
            faults: faults.into(),
            framing,
            chunked: false,
            events: 0,
            bytes: 0,
            passed: 0,
            pace: response.pace,
            paced: 0,
            finished: false,
            held: BytesMut::new(),
        };
        plan.begin(&mut response);
        plan
    }

    /// Whether the connection may carry another request after the last step.
    pub(crate) fn keeps_alive(&self) -> bool {
        self.framing.keep_alive && !self.faults.contains(&Fault::CloseAfterReply)
    }

    fn begin(&mut self, response: &mut Response) {
        let refuses = |fault: &&Fault| matches!(fault, Fault::Reset | Fault::Close);
        if let Some(fault) = self.faults.iter().find(refuses) {
            let is_reset = *fault == Fault::Reset;
            return self.end(if is_reset { Step::Reset } else { Step::Close });
        }
        let body = std::mem::replace(&mut response.body, Body::Whole(Bytes::new()));
        match body {
            Body::Raw(bytes) => {
                // Nothing is known about its framing, so the connection cannot be used again.
                self.framing.keep_alive = false;
                self.source = Source::Whole(Some(bytes));
            }
            // What changes the length of a body needs a framing that does not announce it.
            Body::Whole(bytes) if self.faults.iter().any(Fault::changes_length) => {
                let frames = Box::new(std::iter::once(bytes));
                self.begin_frames(response, Source::Frames(frames));
            }
            Body::Whole(bytes) => self.begin_whole(response, bytes),
            Body::Frames(frames) => self.begin_frames(response, Source::Frames(frames)),
            Body::Live(live) => self.begin_frames(response, Source::Live(live)),
        }
    }

    fn begin_frames(&mut self, response: &Response, source: Source) {
        self.chunked = self.framing.chunked;
        self.framing.keep_alive &= self.chunked;
        let length = if self.chunked {
            Length::Chunked
        } else {
            Length::UntilClose
        };
        let head = self.head(response, length);
        self.write(head.freeze());
        self.source = if self.framing.head_only {
            Source::Whole(None)
        } else {
            source
        };
        self.chunked &= !self.framing.head_only;
    }

    /// Head and body in one write where nothing has to happen between them.
    fn begin_whole(&mut self, response: &Response, body: Bytes) {
        let off = fault!(self, Fault::ContentLengthOff(off) => *off);
        let length = i64::try_from(body.len())
            .unwrap_or(i64::MAX)
            .saturating_add(off.unwrap_or(0));
        let mut head = self.head(response, Length::Known(length));
        if off.is_some() {
            self.framing.keep_alive = false;
        }
        if self.framing.head_only {
            self.write(head.freeze());
        } else if self.faults.is_empty() {
            head.extend_from_slice(&body);
            self.write(head.freeze());
        } else {
            self.write(head.freeze());
            self.source = Source::Whole(Some(body));
        }
    }

    /// The next step; waits for what has not arrived yet.
    pub(crate) async fn step(&mut self) -> Option<Step> {
        while self.steps.is_empty()
            && !self.finished
            && let Source::Live(live) = &mut self.source
        {
            match live.next().await {
                Some(Ok(frame)) => self.frame(frame),
                Some(Err(_)) => self.end(Step::Close),
                None => self.exhausted(),
            }
        }
        self.next()
    }

    /// Makes the steps of a frame.
    fn frame(&mut self, frame: Bytes) {
        let event = self.events;
        self.events += 1;
        if !self.pace.is_zero() {
            self.flush();
            self.steps
                .push_back(Step::Until(self.pace.saturating_mul(self.paced)));
            self.paced = self.paced.saturating_add(1);
        }
        let faults = Arc::clone(&self.faults);
        if self.before_event(&faults, event) {
            self.event(&faults, event, frame);
        }
    }

    fn take(&mut self) -> Option<Bytes> {
        match &mut self.source {
            Source::Frames(frames) => frames.next(),
            // `step` has waited for it.
            Source::Live(_) => None,
            Source::Whole(body) => body.take(),
        }
    }

    /// The faults that wait for an event; false where the event does not come any more.
    fn before_event(&mut self, faults: &[Fault], event: usize) -> bool {
        for fault in faults {
            match fault {
                Fault::AbortAfterEvents(events) if *events == event => self.end(Step::Close),
                Fault::CutAfterEvents(events) if *events == event => self.finish(),
                Fault::StallAfterEvents { events, pause } if *events == event => self.sleep(*pause),
                Fault::Pings {
                    events,
                    count,
                    every,
                } if *events == event => {
                    if *count == usize::MAX {
                        self.ping_for_ever(*every);
                        return false;
                    }
                    self.ping(*count, *every);
                }
                Fault::Insert { before, bytes } if *before == event => {
                    self.payload(faults, bytes.clone());
                }
                Fault::ErrorEvent {
                    events,
                    message,
                    named,
                } if *events == event => {
                    self.payload(faults, error_event(message, *named));
                    self.finish();
                }
                _ => {}
            }
            if self.finished {
                return false;
            }
        }
        true
    }

    fn event(&mut self, faults: &[Fault], event: usize, mut frame: Bytes) {
        let mut times = 1;
        for fault in faults {
            match fault {
                Fault::Duplicate(number) if *number == event => times = 2,
                Fault::Drop(number) if *number == event => times = 0,
                Fault::OmitDone if frame.starts_with(b"data: [DONE]") => times = 0,
                Fault::Garble(number) if *number == event => frame = garbled(&frame),
                _ => {}
            }
        }
        for _ in 0..times {
            self.payload(faults, frame.clone());
        }
    }

    /// Sends bytes of the body, heeding the faults that count bytes.
    fn payload(&mut self, faults: &[Fault], bytes: Bytes) {
        let mut rest = bytes;
        while !self.finished {
            let end = self.bytes.saturating_add(rest.len());
            let Some((at, fault)) = next_byte_fault(faults, self.passed.max(self.bytes)..end)
            else {
                return self.chunk(rest);
            };
            self.chunk(rest.split_to(at - self.bytes));
            self.passed = at + 1;
            self.byte_fault(fault);
        }
    }

    fn byte_fault(&mut self, fault: &Fault) {
        match fault {
            Fault::ResetAfterBytes(_) => self.end(Step::Reset),
            Fault::AbortAfterBytes(_) => self.end(Step::Close),
            Fault::CutAfterBytes(_) => self.finish(),
            Fault::StallAfterBytes { pause, .. } => self.sleep(*pause),
            _ => {}
        }
    }

    /// There is no further frame: what waited for exactly this place happens, else the body ends well.
    fn exhausted(&mut self) {
        let faults = Arc::clone(&self.faults);
        if let Some((_, fault)) =
            next_byte_fault(&faults, self.passed.max(self.bytes)..self.bytes + 1)
        {
            self.byte_fault(fault);
        }
        if !self.finished && self.before_event(&faults, self.events) {
            self.finish();
        }
    }

    fn chunk(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.bytes += bytes.len();
        if !self.chunked {
            return self.write(bytes);
        }
        let mut framed = BytesMut::from(format!("{:x}\r\n", bytes.len()).as_bytes());
        framed.extend_from_slice(&bytes);
        framed.extend_from_slice(b"\r\n");
        self.write(framed.freeze());
    }

    fn ping(&mut self, count: usize, every: Duration) {
        for _ in 0..count {
            self.sleep(every);
            self.chunk(Bytes::from_static(PING));
            self.flush();
        }
    }

    /// From here on the pings are the stream.
    fn ping_for_ever(&mut self, every: Duration) {
        self.flush();
        self.source = Source::Frames(Box::new(std::iter::repeat(Bytes::from_static(PING))));
        self.pace = every;
    }

    /// The body is over: the last chunk, and what comes after it.
    fn finish(&mut self) {
        if self.finished {
            return;
        }
        self.finished = true;
        if let Some(hold) = fault!(self, Fault::HoldOpen(hold) => *hold) {
            self.sleep(hold);
        }
        if self.chunked {
            self.write(Bytes::from_static(b"0\r\n\r\n"));
        }
        self.flush();
        if !self.keeps_alive() {
            self.steps.push_back(Step::Close);
        }
    }

    fn end(&mut self, step: Step) {
        self.flush();
        self.finished = true;
        self.framing.keep_alive = false;
        self.steps.push_back(step);
    }

    fn sleep(&mut self, pause: Duration) {
        self.flush();
        self.steps.push_back(Step::Sleep(pause));
    }

    /// Queues a write, in the sizes that the faults ask for.
    fn write(&mut self, bytes: Bytes) {
        if let Some((size, pause)) = fault!(self, Fault::Pieces { size, pause } => (*size, *pause))
        {
            return self.pieces(bytes, size.max(1), pause);
        }
        let Some(room) = fault!(self, Fault::Coalesce(room) => *room) else {
            self.steps.push_back(Step::Write(bytes));
            return;
        };
        if self.held.len() + bytes.len() > room {
            self.flush();
        }
        self.held.extend_from_slice(&bytes);
    }

    fn pieces(&mut self, mut bytes: Bytes, size: usize, pause: Duration) {
        while !bytes.is_empty() {
            let piece = bytes.split_to(size.min(bytes.len()));
            self.steps.push_back(Step::Write(piece));
            self.steps.push_back(Step::Sleep(pause));
        }
    }

    fn flush(&mut self) {
        if !self.held.is_empty() {
            let held = self.held.split().freeze();
            self.steps.push_back(Step::Write(held));
        }
    }
}

impl Iterator for Plan {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Some(step);
            }
            if self.finished {
                return None;
            }
            match self.take() {
                Some(frame) => self.frame(frame),
                None => self.exhausted(),
            }
        }
    }
}

/// The first byte-counting fault whose place lies in a range of the body.
fn next_byte_fault(faults: &[Fault], range: Range<usize>) -> Option<(usize, &Fault)> {
    let place = |fault: &Fault| match fault {
        Fault::ResetAfterBytes(at) | Fault::AbortAfterBytes(at) | Fault::CutAfterBytes(at) => {
            Some(*at)
        }
        Fault::StallAfterBytes { bytes, .. } => Some(*bytes),
        _ => None,
    };
    faults
        .iter()
        .filter_map(|fault| Some((place(fault)?, fault)))
        .filter(|(at, _)| range.contains(at))
        .min_by_key(|(at, _)| *at)
}

/// Half of the event, ended properly: framing is right, the JSON is not.
fn garbled(frame: &[u8]) -> Bytes {
    let mut half = BytesMut::from(&frame[..frame.len() / 2]);
    if frame.ends_with(b"\n\n") {
        half.extend_from_slice(b"\n\n");
    }
    half.freeze()
}

fn error_event(message: &str, named: bool) -> Bytes {
    let name = if named { "event: error\n" } else { "" };
    let error = serde_json::json!({"error": {"message": message, "type": "internal_server_error"}});
    Bytes::from(format!("{name}data: {error}\n\n"))
}

#[cfg(test)]
mod tests;
