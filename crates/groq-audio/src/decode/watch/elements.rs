//! Elements of a Matroska that was written as it came, without a size: they end where the file does, if it is whole.

use super::step::Step;
use crate::decode::container::ebml;

#[derive(Debug)]
pub(super) struct Elements;

impl Elements {
    pub(super) fn step(rest: &[u8]) -> Step {
        const SEGMENT: u32 = 0x1853_8067;
        const CLUSTER: u32 = 0x1F43_B675;
        /// The longest name and the longest size.
        const LONGEST: usize = 12;
        match ebml::element(rest) {
            // Their elements come one by one.
            Some((SEGMENT | CLUSTER, header, _)) => Step::Pass(header as u64),
            Some((_, header, Some(size))) => Step::Pass(size.saturating_add(header as u64)),
            None if rest.len() < LONGEST => Step::More,
            _ => Step::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Watch;
    use crate::decode::format::Format;
    use crate::decode::probe::Probe;

    #[test]
    fn it_ends_with_an_element_or_is_cut() {
        let mut file = b"\x1A\x45\xDF\xA3\x83abc\x18\x53\x80\x67\xFF\x1F\x43\xB6\x75\xFF".to_vec();
        file.extend(b"\xE7\x81\x07\xA3\x85block\xA3\x84more");
        let probe = Probe {
            endless: true,
            ..Probe::of(Format::WebM)
        };
        let ends = [8, 13, 18, 21, 28, 34];
        for length in 1..=file.len() {
            let mut watch = Watch::new(&probe);
            watch.see(0, &file[..length]);
            assert_eq!(watch.check(0).is_ok(), ends.contains(&length), "{length}");
        }
    }
}
