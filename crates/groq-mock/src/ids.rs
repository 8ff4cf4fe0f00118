//! Identifiers in the forms that Groq uses.

use crate::random::Random;

const HEX: &[u8] = b"0123456789abcdef";
/// Crockford's base 32 in lower case, as in the request ids on the wire.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// `req_01…`: a ULID whose time part is made up too, so that goldens stay still.
pub(crate) fn request(random: &mut Random) -> String {
    prefixed("req_01", random)
}

/// `chatcmpl-` and a UUID of version 4.
pub(crate) fn completion(random: &mut Random) -> String {
    let mut id = String::with_capacity(45);
    id.push_str("chatcmpl-");
    uuid(&mut id, random);
    id
}

/// `fp_` and ten hexadecimal digits.
pub(crate) fn fingerprint(random: &mut Random) -> String {
    let mut id = String::from("fp_");
    letters(&mut id, random, HEX, 10);
    id
}

/// A ULID after the letters that say what it names: `file_01…`. Its time part is made up too.
pub(crate) fn prefixed(prefix: &str, random: &mut Random) -> String {
    let mut id = String::with_capacity(prefix.len() + 24);
    id.push_str(prefix);
    letters(&mut id, random, BASE32, 24);
    id
}

fn uuid(id: &mut String, random: &mut Random) {
    for (before, alphabet, count) in [
        ("", HEX, 8),
        ("-", HEX, 4),
        ("-4", HEX, 3),
        ("-", b"89ab".as_slice(), 1),
        ("", HEX, 3),
        ("-", HEX, 12),
    ] {
        id.push_str(before);
        letters(id, random, alphabet, count);
    }
}

/// Appends letters of an alphabet of at most 32; one number of the generator serves twelve of them.
fn letters(id: &mut String, random: &mut Random, alphabet: &[u8], count: usize) {
    let mut bits = 0;
    for place in 0..count {
        if place % 12 == 0 {
            bits = random.next();
        }
        let index = usize::try_from(bits & 31).unwrap_or(0) % alphabet.len();
        id.push(char::from(alphabet[index]));
        bits >>= 5;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_groqs_forms() {
        let mut random = Random::new(1);
        let id = request(&mut random);
        assert_eq!((id.len(), &id[..6]), (30, "req_01"));
        let id = completion(&mut random);
        assert_eq!((id.len(), &id[..9]), (45, "chatcmpl-"));
        assert_eq!(
            id[9..].split('-').map(str::len).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert_eq!(fingerprint(&mut random).len(), 13);
        assert_eq!(prefixed("call_", &mut random).len(), 29);
        assert_ne!(request(&mut random), request(&mut random));
    }
}
