//! What a typed answer costs, in ratios that hold on a busy machine too: both sides run in turns, in short batches, and the
//! fastest batch of each counts. It fails above the limits that the project set itself. With a word, such as `-- 4`, it runs only
//! what has that word in its name.

use std::process::ExitCode;
use std::time::Instant;

use groq_json::schemars::{self, JsonSchema};
use groq_json::{Finish, Format};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Parsing, validating and deserializing an answer, beside `serde_json` into the type.
const ANSWER_LIMIT: f64 = 4.5;
/// Reading a streamed answer and judging it, beside judging the whole text.
const STREAM_LIMIT: f64 = 2.0;

#[derive(Serialize, Deserialize, JsonSchema)]
struct Product {
    id: String,
    name: String,
    description: String,
    main_category: String,
    subcategories: Vec<String>,
    variants: Vec<Variant>,
    reviews: Vec<Review>,
    #[schemars(range(min = 1, max = 5))]
    average_rating: f64,
    manufacturer: Manufacturer,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Variant {
    id: String,
    name: String,
    price: f64,
    inventory_count: u32,
    available: bool,
    color: Color,
}

#[derive(Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Color {
    MidnightBlack,
    Silver,
    OceanBlue,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Review {
    user_id: String,
    #[schemars(range(min = 1, max = 5))]
    rating: u8,
    comment: String,
    date: String,
    helpful: Option<u32>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Manufacturer {
    name: String,
    founded: u16,
    address: Address,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Address {
    street: String,
    city: String,
    zip_code: String,
    country: String,
}

/// A product of about 2 KB.
fn product(number: u32) -> Product {
    let variant = |index: u32| Variant {
        id: format!("VAR-{number:05}-{index:02}"),
        name: format!("Body with lens kit number {index}"),
        price: 1299.5 + f64::from(index) * 150.25,
        inventory_count: 12 * index + number % 7,
        available: !index.is_multiple_of(3),
        color: [Color::MidnightBlack, Color::Silver, Color::OceanBlue][(index % 3) as usize],
    };
    let review = |index: u32| {
        Review {
        user_id: format!("user_{}", index * 7919 + number),
        rating: 1 + u8::try_from(index % 5).unwrap_or(0),
        comment: "Sharp in the corners, fast to focus, \"quiet\" enough for a wedding; the grip is small."
            .to_owned(),
        date: format!("2026-0{}-1{}", 1 + index % 9, index % 10),
        helpful: index.is_multiple_of(2).then_some(index * 3),
    }
    };
    Product {
        id: format!("CAM-{number:08}"),
        name: "Aurora X2 mirrorless camera".to_owned(),
        description: "A full-frame camera with 45 megapixels, in-body stabilisation and 8K video, for studio and field."
            .to_owned(),
        main_category: "Cameras".to_owned(),
        subcategories: ["Mirrorless", "Full frame", "Professional"].map(str::to_owned).to_vec(),
        variants: (1..=5).map(variant).collect(),
        reviews: (1..=4).map(review).collect(),
        average_rating: 4.6,
        manufacturer: Manufacturer {
            name: "Aurora Optics".to_owned(),
            founded: 1987,
            address: Address {
                street: "12 Harbour Lane".to_owned(),
                city: "Bergen".to_owned(),
                zip_code: "5003".to_owned(),
                country: "Norway".to_owned(),
            },
        },
        tags: vec!["new".to_owned()],
    }
}

fn main() -> ExitCode {
    let one = serde_json::to_string(&product(7)).unwrap_or_default();
    let many: Vec<Product> = (0..500).map(product).collect();
    let many = serde_json::to_string(&many).unwrap_or_default();
    let mut within = true;
    within &= answer::<Product>("answer, compact", &one);
    within &= answer::<Product>("answer, pretty", &pretty(&one));
    within &= stream::<Vec<Product>>("stream, pieces of 16 bytes", &many, 16);
    within &= stream::<Vec<Product>>("stream, pieces of 1 KB", &many, 1024);
    // About the limit or above it: of so small a piece, what a call costs by itself is most.
    stream::<Vec<Product>>("stream, pieces of 4 bytes", &many, 4);
    let long = long_string();
    stream::<Vec<String>>("stream of one string, pieces of 16 bytes", &long, 16);
    stream::<Vec<String>>("stream of one string, pieces of 4 bytes", &long, 4);
    if within {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn pretty(text: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn long_string() -> String {
    serde_json::to_string(&["Once upon a time, there was a fox.\n".repeat(28_000)])
        .unwrap_or_default()
}

/// Whether this one was asked for.
fn is_wanted(name: &str) -> bool {
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    wanted.is_none_or(|wanted| name.contains(&wanted))
}

fn answer<T: JsonSchema + DeserializeOwned + 'static>(name: &str, text: &str) -> bool {
    if !is_wanted(name) {
        return true;
    }
    let Ok(format) = Format::<T>::new() else {
        return false;
    };
    assert!(
        format
            .parse(text, Finish::Stop)
            .is_ok_and(|parsed| parsed.repairs.is_empty())
    );
    let (ours, plain) = fastest(
        2_000,
        20,
        || drop(format.parse(text, Finish::Stop)),
        || drop(serde_json::from_str::<T>(text)),
    );
    report(
        name,
        text,
        ("parsed and judged", ours),
        ("serde_json", plain),
        ANSWER_LIMIT,
    )
}

fn stream<T: JsonSchema + DeserializeOwned + 'static>(name: &str, text: &str, size: usize) -> bool {
    if !is_wanted(name) {
        return true;
    }
    let Ok(format) = Format::<T>::new() else {
        return false;
    };
    let pieces: Vec<&str> = pieces(text, size);
    let read = || {
        let mut reader = format.reader();
        for piece in &pieces {
            if reader.feed(piece).is_err() {
                return false;
            }
        }
        reader.finish(Finish::Stop).is_ok()
    };
    assert!(read());
    let (streamed, whole) = fastest(
        40,
        1,
        || assert!(read()),
        || drop(format.parse(text, Finish::Stop)),
    );
    report(
        name,
        text,
        ("streamed", streamed),
        ("whole", whole),
        STREAM_LIMIT,
    )
}

fn pieces(mut text: &str, size: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    while !text.is_empty() {
        let mut end = size.min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        let (piece, rest) = text.split_at(end);
        pieces.push(piece);
        text = rest;
    }
    pieces
}

/// Microseconds per run in the fastest batch of each.
fn fastest(batches: u32, runs: u32, ours: impl Fn(), theirs: impl Fn()) -> (f64, f64) {
    let batch = |work: &dyn Fn()| {
        let start = Instant::now();
        (0..runs).for_each(|_| work());
        start.elapsed().as_secs_f64() * 1e6 / f64::from(runs)
    };
    (0..batches).fold((f64::MAX, f64::MAX), |(first, second), _| {
        (first.min(batch(&ours)), second.min(batch(&theirs)))
    })
}

fn report(name: &str, text: &str, ours: (&str, f64), theirs: (&str, f64), limit: f64) -> bool {
    let ratio = ours.1 / theirs.1;
    println!(
        "{name}, {} bytes: {} {:.1} us, {} {:.1} us, ratio {ratio:.2} (limit {limit})",
        text.len(),
        ours.0,
        ours.1,
        theirs.0,
        theirs.1
    );
    ratio <= limit
}
