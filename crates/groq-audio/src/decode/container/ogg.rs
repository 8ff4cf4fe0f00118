//! Pages of Ogg, as far as the order of its streams needs.

/// The serial numbers of the streams in the order of their first pages.
pub(crate) fn streams(head: &[u8]) -> Vec<u32> {
    const FIRST: u8 = 2;
    let mut serials = Vec::new();
    let mut rest = head;
    while let Some((header, body)) = rest.split_first_chunk::<27>() {
        if !header.starts_with(b"OggS") || header[5] & FIRST == 0 {
            break;
        }
        serials.push(u32::from_le_bytes([
            header[14], header[15], header[16], header[17],
        ]));
        let segments = usize::from(header[26]);
        let Some(lengths) = body.get(..segments) else {
            break;
        };
        let length: usize = lengths.iter().map(|&length| usize::from(length)).sum();
        rest = body.get(segments + length..).unwrap_or_default();
    }
    serials
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(flags: u8, serial: u32) -> Vec<u8> {
        let mut page = b"OggS\0".to_vec();
        page.push(flags);
        page.extend([0; 8]);
        page.extend(serial.to_le_bytes());
        page.extend([0; 8]);
        page.extend([1, 3, 7, 7, 7]);
        page
    }

    #[test]
    fn streams_come_in_the_order_of_the_file() {
        let head = [page(2, 900), page(2, 5), page(0, 900), page(2, 1)].concat();
        assert_eq!(streams(&head), [900, 5]);
        assert_eq!(streams(&head[..50]), [900]);
        assert!(streams(b"OggS").is_empty());
    }
}
