//! Types whose own code makes formats.

use std::borrow::Cow;

use groq_json::schemars::{Schema, SchemaGenerator};
use groq_json::{Finish, Format, JsonSchema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Inner {
    n: u8,
}

/// Reads JSON text in a string, by a format of its own and by one of the inner type.
#[derive(Debug, PartialEq)]
struct Embedded(Inner);

impl<'de> Deserialize<'de> for Embedded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let own = Format::<Self>::new().map_err(D::Error::custom)?;
        assert_eq!(own.schema()["type"], "string");
        let text = String::deserialize(deserializer)?;
        let inner = Format::<Inner>::new().and_then(|inner| inner.parse(&text, Finish::Stop));
        Ok(Self(inner.map_err(D::Error::custom)?.value))
    }
}

impl JsonSchema for Embedded {
    fn schema_name() -> Cow<'static, str> {
        "Embedded".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = String::json_schema(generator);
        if let Ok(inner) = Format::<Inner>::new() {
            schema.insert("description".to_owned(), inner.prompt().type_text().into());
        }
        // There is no schema of the type yet, unless another thread has finished it meanwhile.
        if let Err(error) = Format::<Self>::new() {
            assert!(error.is_schema());
        }
        schema
    }
}

/// Asks for its own format while its schema is made, which nothing else does.
struct Endless;

impl<'de> Deserialize<'de> for Endless {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(Self)
    }
}

impl JsonSchema for Endless {
    fn schema_name() -> Cow<'static, str> {
        "Endless".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        assert!(Format::<Self>::new().unwrap_err().is_schema());
        String::json_schema(generator)
    }
}

#[test]
fn a_schema_that_needs_itself_is_an_error() {
    assert!(Format::<Endless>::new().is_ok());
}

#[test]
fn a_type_may_make_formats_in_its_own_code() {
    let read = || {
        let format = Format::<Embedded>::new().unwrap();
        assert!(format.prompt().type_text().contains("string"));
        let parsed = format.parse(r#"{"value": "{\"n\": 7}"}"#, Finish::Stop);
        parsed.unwrap().value
    };
    let threads: Vec<_> = (0..2).map(|_| std::thread::spawn(read)).collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), Embedded(Inner { n: 7 }));
    }
}
